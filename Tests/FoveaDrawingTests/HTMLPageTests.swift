import Foundation
import Testing

@testable import FoveaDrawing

@Suite struct HTMLPageTests {
  @Test func `every text is escaped, wherever it stands`() {
    let evil = "</title></style><script>alert('\"&')</script>\u{202e}\u{0}"
    let page = HTMLPage(
      title: evil, subtitle: evil,
      sections: [
        .init(
          evil,
          [
            .paragraph(evil), .notice(evil, isGood: false), .figures([.init(evil, evil)]),
            .facts([.init(evil, evil)]), .table(header: [evil], rows: [[evil]]), .code(evil),
            .image(Data(evil.utf8), type: .svg, description: evil, caption: evil),
            .folded(title: evil, [.picture(svg: "<svg></svg>", caption: evil)]),
          ])
      ]
    ).html()
    #expect(!page.contains("<script") && !page.contains("\u{202e}") && !page.contains("\u{0}"))
    #expect(page.components(separatedBy: "</title>").count == 2)
    #expect(page.components(separatedBy: "</style>").count == 2)
    // Title, heading, subtitle, contents and section; then each block's own.
    let escaped = "&lt;/title&gt;&lt;/style&gt;&lt;script&gt;alert(&#39;&quot;&amp;&#39;)"
    #expect(page.components(separatedBy: escaped).count - 1 == 5 + 2 + 2 + 2 + 2 + 1 + 2 + 2)
  }

  @Test func `a chart has no prolog inside of a page, and numbers stand at the right`() {
    let chart = LineChart(
      title: "t", horizontalAxis: .init("x"),
      panels: [.init(.init("y"), [.init("s", [.init(x: 0, y: 1), .init(x: 1, y: 2)])])])
    let page = HTMLPage(
      title: "t", subtitle: "",
      sections: [
        .init(
          "s",
          [
            .picture(svg: chart.svg(), caption: nil),
            .table(
              header: ["name", "share", "kind"], rows: [["1", "2 %", "a"], ["b", "–", "3"]]),
          ])
      ]
    ).html()
    #expect(!page.contains("<?xml") && page.contains("<svg"))
    #expect(page.contains("<td>1</td><td class=\"number\">2 %</td><td>a</td>"))
    #expect(page.contains("default-src 'none'"))
  }

  @Test func `a chart's pixels show its lines and words`() throws {
    let chart = LineChart(
      title: "Title", horizontalAxis: .init("x"),
      panels: [
        .init(
          .init("y"),
          [
            .init("first", [.init(x: 0, y: 1), .init(x: 1, y: 2)]),
            .init("second", [.init(x: 0, y: 2), .init(x: 1, y: 1)], style: .marked),
          ])
      ])
    let image = chart.png()
    #expect(image.width == 1520 && image.height > 600)
    func count(_ paint: Paint) -> Int {
      stride(from: 0, to: image.samples.count, by: 3).count {
        Array(image.samples[$0..<$0 + 3]) == paint.lightRGB
      }
    }
    for paint in [Paint.blue, .orange, .ink, .quiet, .grid] { #expect(count(paint) > 200) }
    #expect(count(.paper) > image.width * image.height / 2)
    #expect(chart.png().encoded() == image.encoded())
  }
}
