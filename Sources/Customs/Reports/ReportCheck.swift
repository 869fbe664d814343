internal import Schema

/// Goes through a document field by field: puts each in its one spelling, and collects what is to be said of it.
/// Pointers are made where there is something to say, which is rare.
package struct ReportCheck {
    package static let maximumTextByteCount = 20_000
    package static let maximumLineByteCount = 500
    package static let maximumListCount = 1_000

    package let codes: any CodeLists
    package let nowMilliseconds: UInt64
    package private(set) var findings: [Finding] = []
    /// Lists that would have been looked into, had they been loaded.
    private var notLoaded: Set<CodeList> = []

    package init(codes: any CodeLists, nowMilliseconds: UInt64) {
        self.codes = codes
        self.nowMilliseconds = nowMilliseconds
    }

    package mutating func reject(_ pointer: String, _ code: String, _ message: String) {
        findings.append(Finding(.reject, pointer, code, message))
    }
    package mutating func warn(_ pointer: String, _ code: String, _ message: String) {
        findings.append(Finding(.warn, pointer, code, message))
    }
    package mutating func hint(_ pointer: String, _ code: String, _ message: String) {
        findings.append(Finding(.hint, pointer, code, message))
    }

    /// What could not be looked up for want of a list.
    package mutating func finish() -> [Finding] {
        for list in notLoaded.sorted(by: { $0.rawValue < $1.rawValue }) {
            hint("", "list-not-loaded", "codes of the list \(list.rawValue) were not checked: it is not loaded here")
        }
        return findings
    }

    // MARK: Text

    package mutating func line(_ text: inout String, _ pointer: @autoclosure () -> String, required: Bool = false) {
        self.text(&text, pointer(), upTo: Self.maximumLineByteCount, required: required)
        if text.utf8.contains(where: { $0 < 0x20 }) {
            reject(pointer(), "control-character", "this is one line of text")
        }
    }

    package mutating func text(
        _ text: inout String, _ pointer: @autoclosure () -> String, upTo limit: Int = maximumTextByteCount,
        required: Bool = false
    ) {
        text = ReportText.trimmed(text)
        if text.utf8.count > limit { reject(pointer(), "too-long", "this has at most \(limit) bytes") }
        if text.holdsNUL { reject(pointer(), "control-character", "this holds a NUL character") }
        if required, text.isEmpty { reject(pointer(), "missing", "this is needed") }
    }

    package mutating func count(_ count: Int, _ pointer: @autoclosure () -> String, upTo limit: Int = maximumListCount)
    {
        if count > limit { reject(pointer(), "too-many", "this has at most \(limit) entries") }
    }

    // MARK: Codes

    package mutating func code(
        _ text: inout String, _ pointer: @autoclosure () -> String, _ list: Set<String>, required: Bool = false
    ) {
        if text.isEmpty {
            if required { reject(pointer(), "missing", "this is one of: \(list.sorted().joined(separator: ", "))") }
            return
        }
        guard !list.contains(text) else { return }
        let folded = text.lowercased().replacing("_", with: "-").replacing(" ", with: "-")
        if let known = list.first(where: { $0.lowercased() == folded }) {
            text = known
        } else {
            reject(pointer(), "unknown-code", "this is one of: \(list.sorted().joined(separator: ", "))")
        }
    }

    package mutating func evaluation(_ text: inout String, _ pointer: @autoclosure () -> String) {
        text = text.uppercased()
        if !text.isEmpty, !Vocabulary.isEvaluation(text) {
            reject(pointer(), "unknown-code", "an evaluation is a source A, B, C or X and a grade 1 to 4, such as B2")
        }
    }

    package mutating func look(_ code: String, _ list: CodeList, _ pointer: @autoclosure () -> String, _ what: String) {
        switch codes.look(up: code, in: list) {
        case .known: break
        case .unknown: warn(pointer(), "unknown-code", "\(what) is not in the list that is loaded")
        case .notLoaded: notLoaded.insert(list)
        }
    }

    // MARK: Numbers and times

    package mutating func amount(
        _ text: inout String, _ pointer: @autoclosure () -> String, required: Bool = false, atMost limit: Int? = nil
    ) {
        text = ReportText.trimmed(text)
        guard !text.isEmpty else {
            if required { reject(pointer(), "missing", "this is needed") }
            return
        }
        guard DecimalText.isValid(text) else {
            reject(pointer(), "malformed", "an amount is a decimal number, such as 12.5")
            return
        }
        if let limit, let value = Double(text), value > Double(limit) {
            reject(pointer(), "out-of-range", "this is at most \(limit)")
        }
    }

    package mutating func coordinate(_ text: inout String, _ pointer: @autoclosure () -> String, upTo limit: Double) {
        text = ReportText.trimmed(text)
        guard !text.isEmpty else { return }
        guard DecimalText.isValid(text, signed: true), let value = Double(text), abs(value) <= limit else {
            reject(pointer(), "malformed", "this is degrees from -\(Int(limit)) to \(Int(limit)), such as 20.8449")
            return
        }
    }

    /// Past, or up to a day ahead for clocks that differ.
    package mutating func past(_ text: inout String, _ pointer: @autoclosure () -> String, required: Bool = false)
        -> Moment?
    {
        guard let moment = time(&text, pointer(), required: required) else { return nil }
        if moment.milliseconds > nowMilliseconds + 86_400_000 { reject(pointer(), "future", "that is in the future") }
        return moment
    }

    @discardableResult
    package mutating func time(_ text: inout String, _ pointer: @autoclosure () -> String, required: Bool = false)
        -> Moment?
    {
        text = ReportText.trimmed(text)
        guard !text.isEmpty else {
            if required { reject(pointer(), "missing", "this is needed") }
            return nil
        }
        guard let moment = Moment(parsing: text) else {
            reject(pointer(), "malformed", "a time is like 2026-03-01T08:30:00+07:00, or a day like 2026-03-01")
            return nil
        }
        return moment
    }

    /// Any day since 1850, since people are older than 1970.
    package mutating func birthDate(_ text: inout String, _ pointer: @autoclosure () -> String) {
        text = ReportText.trimmed(text)
        guard !text.isEmpty else { return }
        // Leap years repeat after 400 years, so a day of 1850 exists when that of 2250 does.
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard text.utf8.count == 10, parts.count == 3, let year = Int(parts[0]), year >= 1850,
            Moment(parsing: "\(year + 400)-\(parts[1])-\(parts[2])") != nil
        else {
            reject(pointer(), "malformed", "a date of birth is a day like 1985-03-01")
            return
        }
    }

    // MARK: Identifiers

    /// Puts a number into its scheme's spelling. A malformed one is refused where `strict`, else kept with a warning.
    package mutating func identifier<Scheme: IdentifierScheme>(
        _ text: inout String, _ scheme: Scheme.Type, _ pointer: @autoclosure () -> String, strict: Bool = true
    ) {
        text = ReportText.trimmed(text)
        guard !text.isEmpty else { return }
        switch Scheme.read(text) {
        case .valid(let normalised): text = normalised
        case .doubtful(let normalised, let why):
            text = normalised
            warn(pointer(), "doubtful", why)
        case .malformed(let why):
            if strict { reject(pointer(), "malformed", why) } else { warn(pointer(), "malformed", why) }
        }
    }

    package mutating func identifiers<Scheme: IdentifierScheme>(
        _ texts: inout [String], _ scheme: Scheme.Type, _ pointer: @autoclosure () -> String, strict: Bool = true
    ) {
        count(texts.count, pointer())
        for index in texts.indices { identifier(&texts[index], scheme, "\(pointer())/\(index)", strict: strict) }
    }
}

/// How text of a report is kept.
public enum ReportText {
    /// Without white space and control characters at its ends.
    public static func trimmed(_ text: String) -> String {
        let bytes = text.utf8
        guard let first = bytes.firstIndex(where: { $0 > 0x20 }), let last = bytes.lastIndex(where: { $0 > 0x20 })
        else { return "" }
        return first == bytes.startIndex && bytes.index(after: last) == bytes.endIndex
            ? text : String(text[first...last])
    }
}
