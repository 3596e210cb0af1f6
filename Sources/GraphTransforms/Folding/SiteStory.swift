/// What was tried for one site, in order: the path in each direction, and what stopped it.
public struct SiteStory: Sendable, Hashable {
  /// Where the affine was taken.
  public enum Direction: Sendable, Hashable {
    /// Into what makes the site's input.
    case backward
    /// Into what reads the site's output.
    case forward
  }

  /// Something that happened on the way.
  public enum Event: Sendable, Hashable {
    /// A node lets the affine through, by a rule, to these values.
    case passes(Blocker, rule: String, to: [String])
    /// A node takes it, by a rule.
    case absorbs(Blocker, rule: String)
    /// The first condition that was not met.
    case stops(KeepReason)
    /// Every path ended in a node that takes it.
    case isComplete
    /// The same for the scale alone, with an Add of the shift in the site's place.
    case leavesAdd
  }

  /// An event with its direction.
  public struct Step: Sendable, Hashable {
    /// Where the affine was taken.
    public var direction: Direction
    /// What happened.
    public var event: Event
  }

  /// Channels of the site's own affine.
  public var channels = 0
  /// The axis of its input that tells them apart; nil where it is the same everywhere.
  public var axis: Int?
  /// The least and the greatest scale.
  public var scales: ClosedRange<Double>?
  /// The least and the greatest shift.
  public var shifts: ClosedRange<Double>?
  /// What happened, in order.
  public var steps: [Step] = []

  init() {}

  init(_ affine: ChannelAffine) {
    let site = affine.site
    channels = site.scale.count
    axis = affine.layout.axes.first
    scales = Self.range(site.scale)
    shifts = Self.range(site.shift)
  }

  private static func range(_ numbers: [Double]) -> ClosedRange<Double>? {
    guard let least = numbers.min(), let greatest = numbers.max(), least <= greatest else {
      return nil
    }
    return least...greatest
  }
}
