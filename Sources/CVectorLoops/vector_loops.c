#include "vector_loops.h"

#include <string.h>

#if defined(__x86_64__) && defined(__linux__)
#define VECTOR_CLONES __attribute__((target_clones("default", "arch=x86-64-v3")))
#else
#define VECTOR_CLONES
#endif

VECTOR_CLONES void bnfold_scale_f32(const float *in, float *out, size_t count, double factor) {
  for (size_t i = 0; i < count; i++) out[i] = (float)(factor * (double)in[i]);
}

VECTOR_CLONES void bnfold_scale_each_f32(
    const float *in, float *out, size_t count, const double *factors) {
  for (size_t i = 0; i < count; i++) out[i] = (float)(factors[i] * (double)in[i]);
}

static inline uint32_t float_bits(float value) {
  uint32_t bits;
  memcpy(&bits, &value, sizeof bits);
  return bits;
}

VECTOR_CLONES int bnfold_all_finite_f32(const float *in, size_t count) {
  uint32_t bad = 0;
  for (size_t i = 0; i < count; i++) bad |= (float_bits(in[i]) & 0x7f800000u) == 0x7f800000u;
  return bad == 0;
}

static inline float bits_float(uint32_t bits) {
  float value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

// Branch-free apart from selects, so that compilers vectorize it with or without F16C.
static inline float half_to_float(uint16_t half) {
  uint32_t sign = (uint32_t)(half & 0x8000u) << 16;
  uint32_t magnitude = (uint32_t)(half & 0x7fffu);
  // Normal and subnormal: place exponent and fraction, then rescale by 2^112.
  float scaled = bits_float(magnitude << 13) * 0x1p112f;
  uint32_t bits = magnitude >= 0x7c00u ? 0x7f800000u | (magnitude & 0x3ffu) << 13
                                       : float_bits(scaled);
  return bits_float(bits | sign);
}

static inline uint16_t float_to_half(float value) {
  uint32_t bits = float_bits(value);
  uint32_t sign = bits >> 16 & 0x8000u;
  uint32_t magnitude = bits & 0x7fffffffu;
  if (magnitude > 0x7f800000u) return (uint16_t)(sign | 0x7e00u | (magnitude >> 13 & 0x3ffu));
  // 65520 is halfway between the largest half and the next power of two, and rounds to infinity.
  if (magnitude >= 0x477ff000u) return (uint16_t)(sign | 0x7c00u);
  // Subnormal halves: adding 0.5 aligns the fraction so that the addition itself rounds to even.
  if (magnitude < 0x38800000u)
    return (uint16_t)(sign | (float_bits(bits_float(magnitude) + 0.5f) - 0x3f000000u));
  uint32_t rounded = magnitude + 0xfffu + (magnitude >> 13 & 1u);
  return (uint16_t)(sign | (rounded - 0x38000000u) >> 13);
}

static inline uint16_t float_to_bfloat16(float value) {
  uint32_t bits = float_bits(value);
  if ((bits & 0x7fffffffu) > 0x7f800000u) return (uint16_t)(bits >> 16 | 0x40u);
  return (uint16_t)((bits + 0x7fffu + (bits >> 16 & 1u)) >> 16);
}

// To float by rounding to odd: the sticky lowest bit makes a second rounding to fewer bits exact.
static inline float double_to_float_odd(double value) {
  float nearest = (float)value;
  double back = (double)nearest;
  if (back == value || value != value || back - back != 0) return nearest;
  uint32_t bits = float_bits(nearest);
  if (bits & 1u) return nearest;
  // nearest is even and inexact: step towards value, which lands on the odd neighbour.
  int away = (value > back) == (value > 0);
  return bits_float(away ? bits + 1u : bits - 1u);
}

VECTOR_CLONES void bnfold_half_to_float(const uint16_t *in, float *out, size_t count) {
  for (size_t i = 0; i < count; i++) out[i] = half_to_float(in[i]);
}

VECTOR_CLONES void bnfold_float_to_half(const float *in, uint16_t *out, size_t count) {
  for (size_t i = 0; i < count; i++) out[i] = float_to_half(in[i]);
}

VECTOR_CLONES void bnfold_bfloat16_to_float(const uint16_t *in, float *out, size_t count) {
  for (size_t i = 0; i < count; i++) out[i] = bits_float((uint32_t)in[i] << 16);
}

VECTOR_CLONES void bnfold_float_to_bfloat16(const float *in, uint16_t *out, size_t count) {
  for (size_t i = 0; i < count; i++) out[i] = float_to_bfloat16(in[i]);
}

VECTOR_CLONES void bnfold_double_to_half(const double *in, uint16_t *out, size_t count) {
  for (size_t i = 0; i < count; i++) out[i] = float_to_half(double_to_float_odd(in[i]));
}

VECTOR_CLONES void bnfold_double_to_bfloat16(const double *in, uint16_t *out, size_t count) {
  for (size_t i = 0; i < count; i++) out[i] = float_to_bfloat16(double_to_float_odd(in[i]));
}

// Sums in blocks that fit the vector registers, so that every element of out is written once.
#define TAPS(Type, name, block)                                                               \
  VECTOR_CLONES void name(                                                                    \
      const Type *in, const ptrdiff_t *offsets, const Type *weights, size_t taps, Type bias,  \
      Type *out, size_t count) {                                                              \
    size_t i = 0;                                                                             \
    for (; i + block <= count; i += block) {                                                  \
      Type sums[block];                                                                       \
      for (int j = 0; j < block; j++) sums[j] = bias;                                         \
      for (size_t t = 0; t < taps; t++) {                                                     \
        const Type *run = in + offsets[t] + i;                                                \
        Type weight = weights[t];                                                             \
        for (int j = 0; j < block; j++) sums[j] += weight * run[j];                           \
      }                                                                                       \
      for (int j = 0; j < block; j++) out[i + j] = sums[j];                                   \
    }                                                                                         \
    for (; i < count; i++) {                                                                  \
      Type sum = bias;                                                                        \
      for (size_t t = 0; t < taps; t++) sum += weights[t] * in[offsets[t] + (ptrdiff_t)i];    \
      out[i] = sum;                                                                           \
    }                                                                                         \
  }

TAPS(float, bnfold_taps_f32, 64)
TAPS(double, bnfold_taps_f64, 32)
