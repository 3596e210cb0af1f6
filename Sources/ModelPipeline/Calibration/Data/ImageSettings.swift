public import ModelCalibration

/// What a user says of images and other bytes.
public struct ImageSettings: Sendable {
  /// What bytes stand for.
  public var scaling = PixelScaling()
  /// The size of a sample; nil: the input's.
  public var size: (height: Int, width: Int)?
  /// What the shorter side is scaled to; nil: so that the image just covers a sample.
  public var shorterSide: Int?
  /// Blue comes first.
  public var isBGR = false

  /// The defaults: bytes become 0 to 1, red comes first.
  public init() {}

  func preparation(
    height: Int, width: Int, layout: PixelScaling.Layout
  ) -> ImagePreparation {
    var preparation = ImagePreparation(height: height, width: width, layout: layout)
    preparation.shorterSide = shorterSide
    preparation.isBGR = isBGR
    return preparation
  }
}
