// The few loops that need AVX2 or F16C; Swift release builds target baseline x86-64.
#ifndef BNFOLD_VECTOR_LOOPS_H
#define BNFOLD_VECTOR_LOOPS_H

#include <stddef.h>
#include <stdint.h>

// values[i] = (float)(factor * values[i]): the product in double, rounded once. 1 when every
// product is finite, else 0. The floats may stand at any address.
int bnfold_scale_f32(void *values, size_t count, double factor);
// values[i] = (float)(factors[i] * values[i]), with the same answer.
int bnfold_scale_each_f32(void *values, size_t count, const double *factors);

// Floats at any address as doubles, exactly.
void bnfold_widen_f32(const void *in, double *out, size_t count);
// IEEE binary16 and bfloat16 bit patterns to and from float; to narrower, round to nearest even.
void bnfold_half_to_float(const uint16_t *in, float *out, size_t count);
void bnfold_float_to_half(const float *in, uint16_t *out, size_t count);
void bnfold_bfloat16_to_float(const uint16_t *in, float *out, size_t count);
void bnfold_float_to_bfloat16(const float *in, uint16_t *out, size_t count);
// From double in one rounding (through float would round twice).
void bnfold_double_to_half(const double *in, uint16_t *out, size_t count);
void bnfold_double_to_bfloat16(const double *in, uint16_t *out, size_t count);

// out[f][i] = bias[f] + sum over t of weights[f][t] * in[offsets[t] + i], in the order of t; where
// adds is not 0, out[f][i] itself stands in the place of bias[f]. Rows of weights and out lie
// weight_stride and out_stride apart; a null bias is none. Up to 16 elements behind
// in[offsets[t] + count] are read.
void bnfold_convolve_f32(
    const float *in, const ptrdiff_t *offsets, size_t taps, const float *weights,
    size_t weight_stride, size_t filters, const float *bias, int adds, float *out,
    size_t out_stride, size_t count);
void bnfold_convolve_f64(
    const double *in, const ptrdiff_t *offsets, size_t taps, const double *weights,
    size_t weight_stride, size_t filters, const double *bias, int adds, double *out,
    size_t out_stride, size_t count);

// min(max(value, low), high) in place; NaN stays NaN.
void bnfold_clamp_f32(float *values, size_t count, float low, float high);
void bnfold_clamp_f64(double *values, size_t count, double low, double high);

// out[r * out_stride + i] = in[r * in_stride + i * step] for rows of width elements. No overlap.
void bnfold_copy_rows_f32(
    const float *in, size_t in_stride, size_t step, float *out, size_t out_stride, size_t width,
    size_t rows);
void bnfold_copy_rows_f64(
    const double *in, size_t in_stride, size_t step, double *out, size_t out_stride,
    size_t width, size_t rows);

// (value - center) * factor + shift in place.
void bnfold_affine_f32(float *values, size_t count, float center, float factor, float shift);
void bnfold_affine_f64(double *values, size_t count, double center, double factor, double shift);

// The sum in double, in an order that depends on count alone.
double bnfold_sum_f32(const float *values, size_t count);
double bnfold_sum_f64(const double *values, size_t count);

// The sum of the squares of magnitudes that count as no smaller than `least`, in double; NaN stays
// NaN.
double bnfold_squares_f32(const float *values, size_t count, double least);
double bnfold_squares_f64(const double *values, size_t count, double least);
// The same sums for each of `taps` neighbours over channels of so many.
void bnfold_squares_by_tap_f32(
    const float *values, size_t channels, size_t taps, double least, double *sums);
void bnfold_squares_by_tap_f64(
    const double *values, size_t channels, size_t taps, double least, double *sums);

// exp(value), 1/(1 + exp(-value)) and value/(1 + exp(-alpha*value)) in place: to 2 units in the
// last place, 3 and 4; NaN stays NaN.
void bnfold_exp_f32(float *values, size_t count);
void bnfold_exp_f64(double *values, size_t count);
void bnfold_sigmoid_f32(float *values, size_t count);
void bnfold_sigmoid_f64(double *values, size_t count);
void bnfold_swish_f32(float *values, size_t count, float alpha);
void bnfold_swish_f64(double *values, size_t count, double alpha);

// Sums over elements of D, O and R: (D - R)^2, (O - R)^2, R^2, D^2, D R, D - R; the largest |R| and
// the largest |D - R|. Numbers that are not finite make the first two sums so.
struct bnfold_comparison {
  double written_squares, original_squares, reference_squares, found_squares, products, errors;
  double largest, worst;
};
void bnfold_compare_f32(
    const float *written, const float *original, const double *reference, size_t count,
    struct bnfold_comparison *result);
void bnfold_compare_f64(
    const double *written, const double *original, const double *reference, size_t count,
    struct bnfold_comparison *result);

// The largest finite magnitude; 0 when there is none.
double bnfold_largest_f32(const float *values, size_t count);
double bnfold_largest_f64(const double *values, size_t count);

// How far `found` is off `expected`, held against factor * limit + floor of each element: how many
// are beyond it or not a number, the largest ratio of the others, and the sums of the squares of
// these limits and of what was expected, which infinities and NaN make not finite.
struct bnfold_limit_totals {
  double beyond, worst_ratio, squared_limits, squared_numbers;
};
void bnfold_hold_to_limits(
    const double *found, const double *expected, const double *limits, double factor, double floor,
    size_t count, struct bnfold_limit_totals *result);

// The same with limits of factor * 2^floor(log2 |expected|), of at least factor * smallest.
void bnfold_hold_to_spacing(
    const double *found, const double *expected, double factor, double smallest, size_t count,
    struct bnfold_limit_totals *result);

#endif
