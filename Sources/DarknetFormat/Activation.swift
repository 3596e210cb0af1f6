/// What follows the sums of a layer, by its name in a cfg.
///
/// Source: Darknet's src/activations.h and activations.c (AlexeyAB's for swish, mish, hard_mish,
/// gelu, relu6, selu).
enum Activation: String {
  case linear
  case logistic
  case loggy
  case relu
  case relu6
  case elu
  case selu
  case relie
  case ramp
  case leaky
  case tanh
  case plse
  case hardtan
  case lhtan
  case gelu
  case swish
  case mish
  case hardMish = "hard_mish"
}
