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

// Convolution as sums over shifted runs of the input. The sums of a block of filters and positions
// stay in registers; neither weights nor input are packed. For each tap, one run of the input
// meets one weight of each filter.
#define ALWAYS_INLINE static inline __attribute__((always_inline))
#define UNROLL _Pragma("clang loop unroll(full)")

#define CONVOLUTION(Type, Vector, lanes, suffix)                                                 \
  typedef Type Vector                                                                            \
      __attribute__((vector_size(lanes * sizeof(Type)), aligned(sizeof(Type)), may_alias));      \
                                                                                                 \
  ALWAYS_INLINE void block_##suffix(                                                             \
      const Type *in, const ptrdiff_t *offsets, const Type *weights, size_t weight_stride,       \
      size_t taps, const Type *bias, Type *out, size_t out_stride, const int filters,            \
      const int vectors) {                                                                       \
    Vector sums[16];                                                                             \
    UNROLL for (int f = 0; f < filters; f++) {                                                   \
      UNROLL for (int v = 0; v < vectors; v++) {                                                 \
        Type start = bias ? bias[f] : 0;                                                         \
        UNROLL for (int j = 0; j < lanes; j++) sums[f * vectors + v][j] = start;                 \
      }                                                                                          \
    }                                                                                            \
    /* Two pointers reach all rows by scaled steps: six would not fit the registers. */          \
    const Type *low = weights;                                                                   \
    const Type *high = weights + (filters > 3 ? 3 * weight_stride : 0);                          \
    for (size_t t = 0; t < taps; t++, low++, high++) {                                           \
      const Vector *run = (const Vector *)(in + offsets[t]);                                     \
      Vector x[8];                                                                               \
      UNROLL for (int v = 0; v < vectors; v++) x[v] = run[v];                                    \
      UNROLL for (int f = 0; f < filters; f++) {                                                 \
        Type weight = f < 3 ? low[f * weight_stride] : high[(f - 3) * weight_stride];            \
        UNROLL for (int v = 0; v < vectors; v++) sums[f * vectors + v] += x[v] * weight;         \
      }                                                                                          \
    }                                                                                            \
    UNROLL for (int f = 0; f < filters; f++) {                                                   \
      UNROLL for (int v = 0; v < vectors; v++)                                                   \
          ((Vector *)(out + f * out_stride))[v] = sums[f * vectors + v];                         \
    }                                                                                            \
  }                                                                                              \
                                                                                                 \
  ALWAYS_INLINE void run_##suffix(                                                               \
      const Type *in, const ptrdiff_t *offsets, const Type *weights, size_t weight_stride,       \
      size_t taps, const Type *bias, Type *out, size_t out_stride, size_t count,                 \
      const int filters, const int vectors) {                                                    \
    const size_t width = (size_t)vectors * lanes;                                                \
    size_t i = 0;                                                                                \
    for (; i + width <= count; i += width)                                                       \
      block_##suffix(                                                                            \
          in + i, offsets, weights, weight_stride, taps, bias, out + i, out_stride, filters,     \
          vectors);                                                                              \
    /* The last block may read past the run, which has room there, but not write. */             \
    for (; i < count; i += lanes * 2) {                                                          \
      Type rest[6 * lanes * 2];                                                                  \
      size_t size = count - i < lanes * 2 ? count - i : lanes * 2;                               \
      block_##suffix(                                                                            \
          in + i, offsets, weights, weight_stride, taps, bias, rest, lanes * 2, filters, 2);     \
      for (int f = 0; f < filters; f++)                                                          \
        memcpy(out + f * out_stride + i, rest + f * lanes * 2, size * sizeof(Type));             \
    }                                                                                            \
  }                                                                                              \
                                                                                                 \
  VECTOR_CLONES void bnfold_convolve_##suffix(                                                   \
      const Type *in, const ptrdiff_t *offsets, size_t taps, const Type *weights,                \
      size_t weight_stride, size_t filters, const Type *bias, Type *out, size_t out_stride,      \
      size_t count) {                                                                            \
    while (filters > 0) {                                                                        \
      /* Seven are better cut into four and three than into six and one. */                      \
      size_t n = filters;                                                                        \
      if (n > 6) n = n >= 12 ? 6 : (n + 1) / 2;                                                  \
      switch (n) {                                                                               \
        case 6:                                                                                  \
          run_##suffix(                                                                          \
              in, offsets, weights, weight_stride, taps, bias, out, out_stride, count, 6, 2);    \
          break;                                                                                 \
        case 5:                                                                                  \
          run_##suffix(                                                                          \
              in, offsets, weights, weight_stride, taps, bias, out, out_stride, count, 5, 2);    \
          break;                                                                                 \
        case 4:                                                                                  \
          run_##suffix(                                                                          \
              in, offsets, weights, weight_stride, taps, bias, out, out_stride, count, 4, 2);    \
          break;                                                                                 \
        case 3:                                                                                  \
          run_##suffix(                                                                          \
              in, offsets, weights, weight_stride, taps, bias, out, out_stride, count, 3, 4);    \
          break;                                                                                 \
        case 2:                                                                                  \
          run_##suffix(                                                                          \
              in, offsets, weights, weight_stride, taps, bias, out, out_stride, count, 2, 4);    \
          break;                                                                                 \
        default:                                                                                 \
          run_##suffix(                                                                          \
              in, offsets, weights, weight_stride, taps, bias, out, out_stride, count, 1, 8);    \
          break;                                                                                 \
      }                                                                                          \
      filters -= n;                                                                              \
      weights += n * weight_stride;                                                              \
      out += n * out_stride;                                                                     \
      if (bias) bias += n;                                                                       \
    }                                                                                            \
  }

CONVOLUTION(float, float_vector, 8, f32)
CONVOLUTION(double, double_vector, 4, f64)

#define CLAMP(Type, suffix)                                                                      \
  VECTOR_CLONES void bnfold_clamp_##suffix(Type *values, size_t count, Type low, Type high) {    \
    for (size_t i = 0; i < count; i++) {                                                         \
      Type value = values[i] < low ? low : values[i];                                            \
      values[i] = value > high ? high : value;                                                   \
    }                                                                                            \
  }

CLAMP(float, f32)
CLAMP(double, f64)
