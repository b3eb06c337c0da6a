public import Foundation

/// A page that is one file: no scripts, nothing from the network, pictures inside.
///
/// All texts are plain and are escaped; only `picture` takes markup, that of our own charts. A
/// content security policy in the page forbids everything that the page does not need.
public struct HTMLPage: Hashable, Sendable {
  /// Something on the page.
  public indirect enum Block: Hashable, Sendable {
    /// A paragraph.
    case paragraph(String)
    /// A paragraph that stands out: good news, or a warning.
    case notice(String, isGood: Bool)
    /// Large numbers with their names.
    case figures([Fact])
    /// A line a fact.
    case facts([Fact])
    /// A table; numbers stand at the right.
    case table(header: [String], rows: [[String]])
    /// Lines to be typed.
    case code(String)
    /// A document of our own charts, as `svg()` gives it.
    case picture(svg: String, caption: String?)
    /// A picture from a file, whatever is in it: browsers run no scripts of it.
    case image(Data, type: ImageType, description: String, caption: String?)
    /// What is shown when a reader asks for it.
    case folded(title: String, [Block])
  }

  /// What an image is written as.
  public enum ImageType: String, Hashable, Sendable {
    /// Lines and words.
    case svg = "image/svg+xml"
    /// Pixels.
    case png = "image/png"
  }

  /// A name and what it is.
  public struct Fact: Hashable, Sendable {
    /// The name.
    public let name: String
    /// What it is.
    public let value: String

    /// Names a value.
    public init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
    }
  }

  /// A part with a heading.
  public struct Section: Hashable, Sendable {
    /// The heading.
    public let title: String
    /// What is under it.
    public let blocks: [Block]

    /// Gathers blocks.
    public init(_ title: String, _ blocks: [Block]) {
      self.title = title
      self.blocks = blocks
    }
  }

  /// The page's heading.
  public let title: String
  /// What stands under it.
  public let subtitle: String
  /// The parts, in order.
  public let sections: [Section]

  /// Gathers a page.
  public init(title: String, subtitle: String, sections: [Section]) {
    self.title = title
    self.subtitle = subtitle
    self.sections = sections
  }

  /// The page as an HTML document.
  public func html() -> String {
    let contents = sections.enumerated().map { index, section in
      "<a href=\"#part-\(index + 1)\">\(Markup.escaped(section.title))</a>"
    }
    let parts = sections.enumerated().map { index, section in
      "<section id=\"part-\(index + 1)\">\n<h2>\(Markup.escaped(section.title))</h2>\n"
        + section.blocks.map(Self.markup).joined(separator: "\n") + "\n</section>"
    }
    return """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; \
      style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta name="color-scheme" content="light dark">
      <title>\(Markup.escaped(title))</title>
      <style>
      \(Self.styleSheet)
      </style>
      </head>
      <body>
      <header>
      <h1>\(Markup.escaped(title))</h1>
      <p>\(Markup.escaped(subtitle))</p>
      <nav>\(contents.joined(separator: "\n"))</nav>
      </header>
      <main>
      \(parts.joined(separator: "\n"))
      </main>
      </body>
      </html>

      """
  }

  private static func markup(_ block: Block) -> String {
    switch block {
    case .paragraph(let text): return "<p>\(Markup.escaped(text))</p>"
    case .notice(let text, let isGood):
      return "<p class=\"notice \(isGood ? "good" : "bad")\">\(Markup.escaped(text))</p>"
    case .figures(let facts): return list(facts, class: "figures")
    case .facts(let facts): return list(facts, class: "facts")
    case .table(let header, let rows):
      return table(header, rows)
    case .code(let text): return "<pre><code>\(Markup.escaped(text))</code></pre>"
    case .picture(let svg, let caption):
      // A prolog has no place inside of a page.
      let start = svg.range(of: "<svg")?.lowerBound ?? svg.endIndex
      return figure(String(svg[start...]), caption)
    case .image(let data, let type, let description, let caption):
      return figure(
        "<img alt=\"\(Markup.escaped(description))\" src=\"data:\(type.rawValue);base64,"
          + "\(data.base64EncodedString())\">", caption)
    case .folded(let title, let blocks):
      return "<details><summary>\(Markup.escaped(title))</summary>\n"
        + blocks.map(markup).joined(separator: "\n") + "\n</details>"
    }
  }

  private static func list(_ facts: [Fact], class name: String) -> String {
    let items = facts.map {
      "<div><dt>\(Markup.escaped($0.name))</dt><dd>\(Markup.escaped($0.value))</dd></div>"
    }
    return "<dl class=\"\(name)\">\n\(items.joined(separator: "\n"))\n</dl>"
  }

  private static func table(_ header: [String], _ rows: [[String]]) -> String {
    // A column of numbers, also with a unit behind them or a dash for none; the first has names.
    let isNumeric = header.indices.map { column in
      column > 0 && !rows.isEmpty
        && rows.allSatisfy { row in
          guard column < row.count, let first = row[column].first else { return true }
          return first.isNumber || (["-", "–", "−"].contains(first) && row[column].count < 24)
        }
    }
    func cells(_ row: [String], _ element: String) -> String {
      let cells = row.enumerated().map { column, text in
        let style = column < isNumeric.count && isNumeric[column] ? " class=\"number\"" : ""
        return "<\(element)\(style)>\(Markup.escaped(text))</\(element)>"
      }
      return "<tr>\(cells.joined())</tr>"
    }
    return "<div class=\"wide\"><table>\n<thead>\(cells(header, "th"))</thead>\n<tbody>\n"
      + rows.map { cells($0, "td") }.joined(separator: "\n") + "\n</tbody></table></div>"
  }

  private static func figure(_ content: String, _ caption: String?) -> String {
    "<figure><div class=\"wide\">\n\(content)\n</div>"
      + (caption.map { "<figcaption>\(Markup.escaped($0))</figcaption>" } ?? "") + "</figure>"
  }

  private static let styleSheet: String = {
    func colors(_ value: (Paint) -> String) -> String {
      [
        ("paper", Paint.paper), ("band", .band), ("ink", .ink), ("quiet", .quiet), ("rule", .rule),
        ("grid", .grid), ("link", .blue), ("good", .green), ("bad", .orange),
      ].map { "--\($0): \(value($1))" }.joined(separator: "; ")
    }
    return """
      :root { color-scheme: light dark; \(colors(\.light)) }
      @media (prefers-color-scheme: dark) { :root { \(colors(\.dark)) } }
      * { box-sizing: border-box }
      body { margin: 0; background: var(--paper); color: var(--ink);
        font: 16px/1.5 system-ui, "Segoe UI", Roboto, Helvetica, Arial, "DejaVu Sans", sans-serif }
      header, main { max-width: 960px; margin: 0 auto; padding: 0 16px }
      header { padding-top: 24px }
      h1 { font-size: 26px; line-height: 1.25; margin: 0; overflow-wrap: anywhere }
      header p { margin: 4px 0 12px; color: var(--quiet); overflow-wrap: anywhere }
      nav { display: flex; flex-wrap: wrap; gap: 4px 16px; padding: 8px 0;
        border-top: 1px solid var(--grid); border-bottom: 1px solid var(--grid) }
      a { color: var(--link) }
      section { padding: 8px 0 }
      h2 { font-size: 20px; margin: 24px 0 8px }
      p { margin: 8px 0 }
      .notice { padding: 8px 12px; background: var(--band); border-left: 4px solid var(--quiet);
        overflow-wrap: anywhere }
      .good { border-color: var(--good) }
      .bad { border-color: var(--bad) }
      dl { margin: 8px 0 }
      dd { margin: 0; overflow-wrap: anywhere }
      .figures { display: grid; grid-template-columns: repeat(auto-fill, minmax(150px, 1fr)); gap: 12px }
      .figures div { background: var(--band); border-radius: 6px; padding: 10px 12px }
      .figures dt, .facts dt { color: var(--quiet); font-size: 14px }
      .figures dd { font-size: 20px; font-weight: 600 }
      .facts { display: grid; grid-template-columns: repeat(auto-fill, minmax(280px, 1fr)); gap: 0 24px }
      .facts div { display: flex; justify-content: space-between; gap: 16px; padding: 4px 0;
        border-bottom: 1px solid var(--grid) }
      .facts dt { flex: none; padding-top: 1px }
      .facts dd { text-align: right; min-width: 0 }
      .wide { overflow-x: auto }
      table { border-collapse: collapse; font-size: 14px; margin: 8px 0 }
      th, td { text-align: left; padding: 4px 12px 4px 0; border-bottom: 1px solid var(--grid);
        white-space: nowrap }
      th { color: var(--quiet); font-weight: 600 }
      .number { text-align: right; font-variant-numeric: tabular-nums }
      pre { background: var(--band); border-radius: 6px; padding: 10px 12px;
        white-space: pre-wrap; overflow-wrap: anywhere;
        font: 14px/1.5 ui-monospace, "DejaVu Sans Mono", Menlo, monospace }
      figure { margin: 12px 0 }
      figure svg, figure img { display: block; max-width: 100%; height: auto }
      figcaption { color: var(--quiet); font-size: 14px }
      summary { cursor: pointer; color: var(--link); padding: 4px 0 }
      @media (max-width: 640px) {
        figure svg, figure img { max-width: 160vw }
      }
      @media print { nav { display: none } section { break-inside: avoid-page } }
      """
  }()
}
