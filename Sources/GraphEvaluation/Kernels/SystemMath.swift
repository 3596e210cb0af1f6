#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

// The C library's functions under names that do not hide behind the static methods of KernelFloat.

func systemExp(_ x: Float) -> Float { expf(x) }
func systemExpm1(_ x: Float) -> Float { expm1f(x) }
func systemLog(_ x: Float) -> Float { logf(x) }
func systemLog1p(_ x: Float) -> Float { log1pf(x) }
func systemSin(_ x: Float) -> Float { sinf(x) }
func systemCos(_ x: Float) -> Float { cosf(x) }
func systemTan(_ x: Float) -> Float { tanf(x) }
func systemAsin(_ x: Float) -> Float { asinf(x) }
func systemAcos(_ x: Float) -> Float { acosf(x) }
func systemAtan(_ x: Float) -> Float { atanf(x) }
func systemSinh(_ x: Float) -> Float { sinhf(x) }
func systemCosh(_ x: Float) -> Float { coshf(x) }
func systemTanh(_ x: Float) -> Float { tanhf(x) }
func systemAsinh(_ x: Float) -> Float { asinhf(x) }
func systemAcosh(_ x: Float) -> Float { acoshf(x) }
func systemAtanh(_ x: Float) -> Float { atanhf(x) }
func systemErf(_ x: Float) -> Float { erff(x) }
func systemPow(_ x: Float, _ y: Float) -> Float { powf(x, y) }
func systemFmod(_ x: Float, _ y: Float) -> Float { fmodf(x, y) }

func systemExp(_ x: Double) -> Double { exp(x) }
func systemExpm1(_ x: Double) -> Double { expm1(x) }
func systemLog(_ x: Double) -> Double { log(x) }
func systemLog1p(_ x: Double) -> Double { log1p(x) }
func systemLog10(_ x: Double) -> Double { log10(x) }
func systemSin(_ x: Double) -> Double { sin(x) }
func systemCos(_ x: Double) -> Double { cos(x) }
func systemTan(_ x: Double) -> Double { tan(x) }
func systemAsin(_ x: Double) -> Double { asin(x) }
func systemAcos(_ x: Double) -> Double { acos(x) }
func systemAtan(_ x: Double) -> Double { atan(x) }
func systemSinh(_ x: Double) -> Double { sinh(x) }
func systemCosh(_ x: Double) -> Double { cosh(x) }
func systemTanh(_ x: Double) -> Double { tanh(x) }
func systemAsinh(_ x: Double) -> Double { asinh(x) }
func systemAcosh(_ x: Double) -> Double { acosh(x) }
func systemAtanh(_ x: Double) -> Double { atanh(x) }
func systemErf(_ x: Double) -> Double { erf(x) }
func systemPow(_ x: Double, _ y: Double) -> Double { pow(x, y) }
func systemFmod(_ x: Double, _ y: Double) -> Double { fmod(x, y) }
