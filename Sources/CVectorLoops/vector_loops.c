#include "vector_loops.h"

#include <string.h>

#if defined(__x86_64__) && defined(__linux__)
#define VECTOR_CLONES __attribute__((target_clones("default", "arch=x86-64-v3")))
#else
#define VECTOR_CLONES
#endif

static inline uint32_t float_bits(float value) {
  uint32_t bits;
  memcpy(&bits, &value, sizeof bits);
  return bits;
}

static inline uint32_t is_not_finite(float value) {
  return (float_bits(value) & 0x7f800000u) == 0x7f800000u;
}

// In place by one pointer: of two that are the same, compilers must assume that they overlap, and
// leave the loop scalar (five times slower).
typedef float unaligned_float __attribute__((aligned(1), may_alias));

VECTOR_CLONES int bnfold_scale_f32(void *place, size_t count, double factor) {
  unaligned_float *values = place;
  uint32_t bad = 0;
  for (size_t i = 0; i < count; i++) {
    values[i] = (float)(factor * (double)values[i]);
    bad |= is_not_finite(values[i]);
  }
  return bad == 0;
}

VECTOR_CLONES int bnfold_scale_each_f32(void *place, size_t count, const double *factors) {
  unaligned_float *values = place;
  uint32_t bad = 0;
  for (size_t i = 0; i < count; i++) {
    values[i] = (float)(factors[i] * (double)values[i]);
    bad |= is_not_finite(values[i]);
  }
  return bad == 0;
}

VECTOR_CLONES void bnfold_widen_f32(const void *place, double *restrict out, size_t count) {
  const unaligned_float *in = place;
  for (size_t i = 0; i < count; i++) out[i] = (double)in[i];
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
      size_t taps, const Type *bias, int adds, Type *out, size_t out_stride,                     \
      const int filters, const int vectors) {                                                    \
    Vector sums[16];                                                                             \
    UNROLL for (int f = 0; f < filters; f++) {                                                   \
      UNROLL for (int v = 0; v < vectors; v++) {                                                 \
        if (adds) {                                                                              \
          sums[f * vectors + v] = ((const Vector *)(out + f * out_stride))[v];                   \
        } else {                                                                                 \
          Type start = bias ? bias[f] : 0;                                                       \
          UNROLL for (int j = 0; j < lanes; j++) sums[f * vectors + v][j] = start;               \
        }                                                                                        \
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
      size_t taps, const Type *bias, int adds, Type *out, size_t out_stride, size_t count,       \
      const int filters, const int vectors) {                                                    \
    const size_t width = (size_t)vectors * lanes;                                                \
    size_t i = 0;                                                                                \
    for (; i + width <= count; i += width)                                                       \
      block_##suffix(                                                                            \
          in + i, offsets, weights, weight_stride, taps, bias, adds, out + i, out_stride,        \
          filters, vectors);                                                                     \
    /* The last block may read past the run, which has room there, but not write. */             \
    for (; i < count; i += lanes * 2) {                                                          \
      Type rest[6 * lanes * 2];                                                                  \
      size_t size = count - i < lanes * 2 ? count - i : lanes * 2;                               \
      if (adds) {                                                                                \
        for (int f = 0; f < filters; f++)                                                        \
          memcpy(rest + f * lanes * 2, out + f * out_stride + i, size * sizeof(Type));           \
      }                                                                                          \
      block_##suffix(                                                                            \
          in + i, offsets, weights, weight_stride, taps, bias, adds, rest, lanes * 2, filters,   \
          2);                                                                                    \
      for (int f = 0; f < filters; f++)                                                          \
        memcpy(out + f * out_stride + i, rest + f * lanes * 2, size * sizeof(Type));             \
    }                                                                                            \
  }                                                                                              \
                                                                                                 \
  VECTOR_CLONES void bnfold_convolve_##suffix(                                                   \
      const Type *in, const ptrdiff_t *offsets, size_t taps, const Type *weights,                \
      size_t weight_stride, size_t filters, const Type *bias, int adds, Type *out,               \
      size_t out_stride, size_t count) {                                                         \
    while (filters > 0) {                                                                        \
      /* Seven are better cut into four and three than into six and one. */                      \
      size_t n = filters;                                                                        \
      if (n > 6) n = n >= 12 ? 6 : (n + 1) / 2;                                                  \
      switch (n) {                                                                               \
        case 6:                                                                                  \
          run_##suffix(                                                                          \
              in, offsets, weights, weight_stride, taps, bias, adds, out, out_stride, count,     \
              6, 2);                                                                             \
          break;                                                                                 \
        case 5:                                                                                  \
          run_##suffix(                                                                          \
              in, offsets, weights, weight_stride, taps, bias, adds, out, out_stride, count,     \
              5, 2);                                                                             \
          break;                                                                                 \
        case 4:                                                                                  \
          run_##suffix(                                                                          \
              in, offsets, weights, weight_stride, taps, bias, adds, out, out_stride, count,     \
              4, 2);                                                                             \
          break;                                                                                 \
        case 3:                                                                                  \
          run_##suffix(                                                                          \
              in, offsets, weights, weight_stride, taps, bias, adds, out, out_stride, count,     \
              3, 4);                                                                             \
          break;                                                                                 \
        case 2:                                                                                  \
          run_##suffix(                                                                          \
              in, offsets, weights, weight_stride, taps, bias, adds, out, out_stride, count,     \
              2, 4);                                                                             \
          break;                                                                                 \
        default:                                                                                 \
          run_##suffix(                                                                          \
              in, offsets, weights, weight_stride, taps, bias, adds, out, out_stride, count,     \
              1, 8);                                                                             \
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

// Short rows in moves of 32 and 16 bytes, the last of which overlaps the one before.
#define COPY_ROWS(Type, suffix)                                                                  \
  VECTOR_CLONES void bnfold_copy_rows_##suffix(                                                  \
      const Type *restrict in, size_t in_stride, size_t step, Type *restrict out,                \
      size_t out_stride, size_t width, size_t rows) {                                            \
    const size_t wide = 32 / sizeof(Type), narrow = 16 / sizeof(Type);                           \
    for (size_t row = 0; row < rows; row++, in += in_stride, out += out_stride) {                \
      if (step == 2) {                                                                           \
        for (size_t i = 0; i < width; i++) out[i] = in[2 * i];                                   \
      } else if (step != 1) {                                                                    \
        for (size_t i = 0; i < width; i++) out[i] = in[step * i];                                \
      } else if (width >= wide) {                                                                \
        for (size_t i = 0; i + wide < width; i += wide) memcpy(out + i, in + i, 32);             \
        memcpy(out + width - wide, in + width - wide, 32);                                       \
      } else if (width >= narrow) {                                                              \
        memcpy(out, in, 16);                                                                     \
        memcpy(out + width - narrow, in + width - narrow, 16);                                   \
      } else {                                                                                   \
        for (size_t i = 0; i < width; i++) out[i] = in[i];                                       \
      }                                                                                          \
    }                                                                                            \
  }

COPY_ROWS(float, f32)
COPY_ROWS(double, f64)

// In place: (value - center) * factor + shift.
#define AFFINE(Type, suffix)                                                                     \
  VECTOR_CLONES void bnfold_affine_##suffix(                                                     \
      Type *values, size_t count, Type center, Type factor, Type shift) {                        \
    for (size_t i = 0; i < count; i++) values[i] = (values[i] - center) * factor + shift;        \
  }

AFFINE(float, f32)
AFFINE(double, f64)

// Sixteen sums side by side, so that no addition waits for the one before; always the same order.
#define SUM(Type, suffix)                                                                        \
  VECTOR_CLONES double bnfold_sum_##suffix(const Type *values, size_t count) {                   \
    double sums[16] = {0};                                                                       \
    size_t i = 0;                                                                                \
    for (; i + 16 <= count; i += 16)                                                             \
      for (int j = 0; j < 16; j++) sums[j] += (double)values[i + j];                             \
    for (int j = 0; i < count; i++, j++) sums[j] += (double)values[i];                           \
    for (int width = 8; width > 0; width /= 2)                                                   \
      for (int j = 0; j < width; j++) sums[j] += sums[j + width];                                \
    return sums[0];                                                                              \
  }

SUM(float, f32)
SUM(double, f64)

static inline double square_at_least(double value, double least) {
  double size = value < 0 ? -value : value;
  size = size < least ? least : size;
  return size * size;
}

// As the sum, of squares of magnitudes that count as no smaller than `least`.
#define SQUARES(Type, suffix)                                                                    \
  VECTOR_CLONES double bnfold_squares_##suffix(                                                  \
      const Type *values, size_t count, double least) {                                          \
    double sums[16] = {0};                                                                       \
    size_t i = 0;                                                                                \
    for (; i + 16 <= count; i += 16)                                                             \
      for (int j = 0; j < 16; j++) sums[j] += square_at_least((double)values[i + j], least);     \
    for (int j = 0; i < count; i++, j++) sums[j] += square_at_least((double)values[i], least);   \
    for (int width = 8; width > 0; width /= 2)                                                   \
      for (int j = 0; j < width; j++) sums[j] += sums[j + width];                                \
    return sums[0];                                                                              \
  }                                                                                              \
                                                                                                 \
  /* Eight channels side by side: few taps alone would not fill vectors. */                      \
  VECTOR_CLONES void bnfold_squares_by_tap_##suffix(                                             \
      const Type *values, size_t channels, size_t taps, double least, double *sums) {            \
    double side[256] = {0};                                                                      \
    const size_t width = 8 * taps, count = channels * taps;                                      \
    size_t i = 0;                                                                                \
    for (size_t t = 0; t < taps; t++) sums[t] = 0;                                               \
    if (width <= 256) {                                                                          \
      for (; i + width <= count; i += width)                                                     \
        for (size_t j = 0; j < width; j++)                                                       \
          side[j] += square_at_least((double)values[i + j], least);                              \
      for (size_t j = 0; j < width; j++) sums[j % taps] += side[j];                              \
    }                                                                                            \
    for (; i < count; i += taps)                                                                 \
      for (size_t t = 0; t < taps; t++)                                                          \
        sums[t] += square_at_least((double)values[i + t], least);                                \
  }

SQUARES(float, f32)
SQUARES(double, f64)

// The largest of sixteen side by side; the comparison leaves out what is not finite, NaN too.
#define LARGEST_STEP(Type, i, j)                                                                 \
  do {                                                                                           \
    Type size = values[i] < 0 ? -values[i] : values[i];                                          \
    size = size < (Type)__builtin_inf() ? size : 0;                                              \
    largest[j] = size > largest[j] ? size : largest[j];                                          \
  } while (0)

#define LARGEST(Type, suffix)                                                                    \
  VECTOR_CLONES double bnfold_largest_##suffix(const Type *values, size_t count) {               \
    Type largest[16] = {0};                                                                      \
    size_t i = 0;                                                                                \
    for (; i + 16 <= count; i += 16)                                                             \
      for (int j = 0; j < 16; j++) LARGEST_STEP(Type, i + j, j);                                 \
    for (; i < count; i++) LARGEST_STEP(Type, i, 0);                                             \
    for (int width = 8; width > 0; width /= 2)                                                   \
      for (int j = 0; j < width; j++)                                                            \
        if (largest[j + width] > largest[j]) largest[j] = largest[j + width];                    \
    return (double)largest[0];                                                                   \
  }

LARGEST(float, f32)
LARGEST(double, f64)

// Four sums of each kind side by side, so that no addition waits for the one before.
#define COMPARE_STEP(i, j)                                                                       \
  do {                                                                                           \
    double d = (double)written[i], o = (double)original[i], r = reference[i];                    \
    double error = d - r, size = r < 0 ? -r : r, off = error < 0 ? -error : error;               \
    ww[j] += error * error;                                                                      \
    oo[j] += (o - r) * (o - r);                                                                  \
    rr[j] += r * r;                                                                              \
    dd[j] += d * d;                                                                              \
    dr[j] += d * r;                                                                              \
    sums[j] += error;                                                                            \
    largest[j] = size > largest[j] ? size : largest[j];                                          \
    worst[j] = off > worst[j] ? off : worst[j];                                                  \
  } while (0)

#define COMPARE(Type, suffix)                                                                    \
  VECTOR_CLONES void bnfold_compare_##suffix(                                                    \
      const Type *written, const Type *original, const double *reference, size_t count,          \
      struct bnfold_comparison *result) {                                                        \
    double ww[4] = {0}, oo[4] = {0}, rr[4] = {0}, dd[4] = {0}, dr[4] = {0}, sums[4] = {0};       \
    double largest[4] = {0}, worst[4] = {0};                                                     \
    size_t i = 0;                                                                                \
    for (; i + 4 <= count; i += 4)                                                               \
      for (int j = 0; j < 4; j++) COMPARE_STEP(i + j, j);                                        \
    for (; i < count; i++) COMPARE_STEP(i, 0);                                                   \
    *result = (struct bnfold_comparison){0};                                                     \
    for (int j = 0; j < 4; j++) {                                                                \
      result->written_squares += ww[j];                                                          \
      result->original_squares += oo[j];                                                         \
      result->reference_squares += rr[j];                                                        \
      result->found_squares += dd[j];                                                            \
      result->products += dr[j];                                                                 \
      result->errors += sums[j];                                                                 \
      if (largest[j] > result->largest) result->largest = largest[j];                            \
      if (worst[j] > result->worst) result->worst = worst[j];                                    \
    }                                                                                            \
  }

COMPARE(float, f32)
COMPARE(double, f64)

static inline uint64_t double_bits(double value) {
  uint64_t bits;
  memcpy(&bits, &value, sizeof bits);
  return bits;
}

static inline double bits_double(uint64_t bits) {
  double value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

#define LIMIT_STEP(i, j, LIMIT)                                                                  \
  do {                                                                                           \
    double limit = LIMIT(i), error = found[i] - expected[i];                                     \
    double off = error < 0 ? -error : error, ratio = off / limit;                                \
    beyond[j] += off <= limit ? 0.0 : 1.0;                                                       \
    worst[j] = ratio > worst[j] ? ratio : worst[j];                                              \
    ll[j] += limit * limit;                                                                      \
    ee[j] += expected[i] * expected[i];                                                          \
  } while (0)

#define HOLD(LIMIT)                                                                              \
  double beyond[8] = {0}, worst[8] = {0}, ll[8] = {0}, ee[8] = {0};                              \
  size_t i = 0;                                                                                  \
  for (; i + 8 <= count; i += 8)                                                                 \
    for (int j = 0; j < 8; j++) LIMIT_STEP(i + j, j, LIMIT);                                     \
  for (; i < count; i++) LIMIT_STEP(i, 0, LIMIT);                                                \
  *result = (struct bnfold_limit_totals){0};                                                     \
  for (int j = 0; j < 8; j++) {                                                                  \
    result->beyond += beyond[j];                                                                 \
    result->squared_limits += ll[j];                                                             \
    result->squared_numbers += ee[j];                                                            \
    if (worst[j] > result->worst_ratio) result->worst_ratio = worst[j];                          \
  }

VECTOR_CLONES void bnfold_hold_to_limits(
    const double *found, const double *expected, const double *limits, double factor, double floor,
    size_t count, struct bnfold_limit_totals *result) {
#define STATED_LIMIT(i) (factor * limits[i] + floor)
  HOLD(STATED_LIMIT)
}

VECTOR_CLONES void bnfold_hold_to_spacing(
    const double *found, const double *expected, double factor, double smallest, size_t count,
    struct bnfold_limit_totals *result) {
  // The exponent alone is the power of two at or below a magnitude.
#define POWER(i) bits_double(double_bits(expected[i]) & UINT64_C(0x7FF0000000000000))
#define SPACING_LIMIT(i) (factor * (POWER(i) < smallest ? smallest : POWER(i)))
  HOLD(SPACING_LIMIT)
}

// exp(x) = 2^n * exp(r), |r| <= ln(2)/2, n by adding and subtracting 1.5 * 2^23 (2^52), which
// leaves n in the lowest bits. 2^n in two factors reaches subnormal numbers too. Polynomial and
// rational approximation: S. L. Moshier, Cephes, expf.c and exp.c.
ALWAYS_INLINE float exp_f32(float x) {
  float bounded = x < -104.0f ? -104.0f : x;
  bounded = bounded > 89.0f ? 89.0f : bounded;
  const float magic = 12582912.0f;
  float shifted = bounded * 1.44269504f + magic;
  int32_t n = (int32_t)(float_bits(shifted) - float_bits(magic));
  float whole = shifted - magic;
  float r = bounded - whole * 0.693359375f;
  r = r - whole * -2.12194440e-4f;
  float p = 1.9875691500e-4f;
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  float y = p * (r * r) + r + 1.0f;
  int32_t half = n >> 1;
  float low = bits_float((uint32_t)(half + 127) << 23);
  float high = bits_float((uint32_t)(n - half + 127) << 23);
  return y * low * high;
}

ALWAYS_INLINE double exp_f64(double x) {
  double bounded = x < -746.0 ? -746.0 : x;
  bounded = bounded > 710.0 ? 710.0 : bounded;
  const double magic = 6755399441055744.0;
  double shifted = bounded * 1.4426950408889634 + magic;
  int64_t n = (int64_t)(double_bits(shifted) - double_bits(magic));
  double whole = shifted - magic;
  double r = bounded - whole * 6.93145751953125e-1;
  r = r - whole * 1.42860682030941723212e-6;
  double square = r * r;
  double p = 1.26177193074810590878e-4;
  p = p * square + 3.02994407707441961300e-2;
  p = (p * square + 9.99999999999999999910e-1) * r;
  double q = 3.00198505138664455042e-6;
  q = q * square + 2.52448340349684104192e-3;
  q = q * square + 2.27265548208155028766e-1;
  q = q * square + 2.0;
  double y = 1.0 + 2.0 * (p / (q - p));
  // The shift of an unsigned number: vectors have no signed one.
  int64_t half = (int64_t)((uint64_t)(n + 2048) >> 1) - 1024;
  double low = bits_double((uint64_t)(half + 1023) << 52);
  double high = bits_double((uint64_t)(n - half + 1023) << 52);
  return y * low * high;
}

#define EXPONENTIALS(Type, suffix)                                                               \
  VECTOR_CLONES void bnfold_exp_##suffix(Type *values, size_t count) {                           \
    for (size_t i = 0; i < count; i++) values[i] = exp_##suffix(values[i]);                      \
  }                                                                                              \
                                                                                                 \
  ALWAYS_INLINE Type sigmoid_##suffix(Type x) {                                                  \
    Type e = exp_##suffix(x < 0 ? x : -x);                                                       \
    return (x < 0 ? e : 1) / (1 + e);                                                            \
  }                                                                                              \
                                                                                                 \
  VECTOR_CLONES void bnfold_sigmoid_##suffix(Type *values, size_t count) {                       \
    for (size_t i = 0; i < count; i++) values[i] = sigmoid_##suffix(values[i]);                  \
  }                                                                                              \
                                                                                                 \
  VECTOR_CLONES void bnfold_swish_##suffix(Type *values, size_t count, Type alpha) {             \
    for (size_t i = 0; i < count; i++)                                                           \
      values[i] = values[i] * sigmoid_##suffix(alpha * values[i]);                               \
  }

EXPONENTIALS(float, f32)
EXPONENTIALS(double, f64)
