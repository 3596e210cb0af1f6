/// An affine map per channel on its way through a graph: what a site does (`site`), and which of
/// its channels acts on which elements of the value at hand (`layout`).
///
/// Moving through operators changes the layout alone; the numbers stay those of the site, so that
/// they are rounded once, where the affine ends.
struct ChannelAffine: Sendable {
  /// The numbers.
  var site: SiteAffine
  /// Where they act.
  var layout: ChannelLayout
  /// False where the shift acts on another branch, or counts as zero.
  var addsShift: Bool

  /// An affine where its site stands.
  init(site: SiteAffine, layout: ChannelLayout, addsShift: Bool = true) {
    self.site = site
    self.layout = layout
    self.addsShift = addsShift
  }

  /// The same on another layout.
  func on(_ layout: ChannelLayout) -> ChannelAffine {
    ChannelAffine(site: site, layout: layout, addsShift: addsShift)
  }

  /// The scale alone.
  var scaleOnly: ChannelAffine {
    ChannelAffine(site: site, layout: layout, addsShift: false)
  }

  /// The affine along one axis, or nil where that axis alone does not tell its channels apart.
  func along(axis: Int, extent: Int) -> AxisAffine? {
    layout.along(axis: axis, extent: extent).map {
      AxisAffine(site: site, map: $0, addsShift: addsShift)
    }
  }

  /// Whether every shift that would act counts as zero.
  var shiftCountsAsZero: Bool {
    !addsShift || layout.map.allSatisfy { $0 < 0 || site.shiftCountsAsZero($0) }
  }

  /// Whether every scale is exactly 1.
  var scalesNothing: Bool { layout.map.allSatisfy { $0 < 0 || site.scale[$0] == 1 } }

  /// The first channel of the site with a negative scale, if one acts.
  var negativeChannel: Int? { layout.map.first { $0 >= 0 && site.scale[$0] < 0 } }
}
