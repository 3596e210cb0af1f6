/// An affine along one axis of a tensor: channel c of the axis is channel `map[c]` of the site,
/// −1 where nothing acts.
struct AxisAffine {
  let site: SiteAffine
  let map: [Int]
  /// False where the shift acts elsewhere or counts as zero.
  let addsShift: Bool

  /// One factor per channel of the axis.
  var scale: [Double] { map.map { $0 < 0 ? 1 : site.scale[$0] } }

  /// One summand per channel of the axis; zeros where the shift does not act.
  var shift: [Double] { map.map { $0 < 0 || !addsShift ? 0 : site.shift[$0] } }

  /// The scale alone.
  var scaleOnly: AxisAffine { AxisAffine(site: site, map: map, addsShift: false) }

  var scalesNothing: Bool { map.allSatisfy { $0 < 0 || site.scale[$0] == 1 } }

  var shiftsNothing: Bool { !addsShift || map.allSatisfy { $0 < 0 || site.shift[$0] == 0 } }

  /// The map as a claim states it: nil where channel c is the site's channel c.
  var claimedMap: [Int]? {
    map.count == site.scale.count && map == Array(map.indices) ? nil : map
  }
}
