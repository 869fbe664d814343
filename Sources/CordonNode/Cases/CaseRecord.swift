internal import Casework
internal import Customs
internal import FoundationEssentials
internal import Schema
internal import SwiftProtobuf

/// An event of a case as it is sealed: the names in it apart from the rest.
struct EncodedEvent: Sendable {
    let content: [UInt8]
    let nominal: [UInt8]?

    var byteCount: Int { content.count + (nominal?.count ?? 0) }

    /// Throws `.tooLarge`.
    init(_ event: CaseEvent) throws(CaseError) {
        let (open, nominal) = Self.split(event)
        content = open.encoded
        self.nominal = nominal
        guard byteCount <= CaseLimits.eventByteCount else {
            throw CaseError(.tooLarge, "what is recorded at once has at most \(CaseLimits.eventByteCount) bytes")
        }
    }

    /// Takes the names out of an event, to be sealed apart.
    private static func split(_ event: CaseEvent) -> (CaseEvent, [UInt8]?) {
        var open = event
        var nominal: NominalPart?
        switch open.body {
        case .seizureLogged(var logged) where logged.report.hasNominal:
            nominal = logged.report.nominal
            logged.report.clearNominal()
            open.body = .seizureLogged(logged)
        case .reportCorrected(var corrected) where corrected.report.hasNominal:
            nominal = corrected.report.nominal
            corrected.report.clearNominal()
            open.body = .reportCorrected(corrected)
        case .hitsFound(var found):
            // Which values met says who is in them.
            var apart = NominalPart()
            for index in found.hits.indices
            where SearchTerm.Scheme(name: found.hits[index].scheme)?.isNominal ?? true {
                apart.persons.append(
                    .with {
                        $0.id = "\(index)"
                        $0.name = found.hits[index].value
                    })
                found.hits[index].value = ""
            }
            if !apart.persons.isEmpty { nominal = apart }
            open.body = .hitsFound(found)
        case .noticeDrafted(let drafted):
            open.noticeDrafted.notice = Data()
            return (open, Array(drafted.notice))
        case .noticeReleased(let released):
            open.noticeReleased.notice = Data()
            return (open, Array(released.notice))
        case .noticeReceived(let received):
            open.noticeReceived.notice = Data()
            return (open, Array(received.notice))
        case .noticeReferenced(let reference) where !reference.notice.isEmpty:
            open.noticeReferenced.notice = Data()
            return (open, Array(reference.notice))
        default: break
        }
        // Serialising a message that is set in memory cannot fail: there are no required fields and no Any.
        return (open, nominal.map { try! $0.serializedBytes() })
    }

    /// Puts the names back.
    fileprivate static func join(_ nominal: [UInt8], to event: inout CaseEvent) throws {
        switch event.body {
        case .noticeDrafted: event.noticeDrafted.notice = Data(nominal)
        case .noticeReleased: event.noticeReleased.notice = Data(nominal)
        case .noticeReceived: event.noticeReceived.notice = Data(nominal)
        case .noticeReferenced: event.noticeReferenced.notice = Data(nominal)
        case .seizureLogged: event.seizureLogged.report.nominal = try NominalPart(serializedBytes: nominal)
        case .reportCorrected: event.reportCorrected.report.nominal = try NominalPart(serializedBytes: nominal)
        case .hitsFound(var found):
            for person in try NominalPart(serializedBytes: nominal).persons {
                if let index = Int(person.id), found.hits.indices.contains(index) {
                    found.hits[index].value = person.name
                }
            }
            event.body = .hitsFound(found)
        default: break
        }
    }
}

/// What a record about a case holds: one event, or several that were decided together (`Protocols/journal.md`).
struct CaseRecord {
    let kind: JournalRecord.Kind
    let content: [UInt8]
    let nominal: [UInt8]?

    /// At least one event.
    init(_ events: some Collection<EncodedEvent>) {
        guard events.count > 1 else {
            kind = .caseEvent
            (content, nominal) = (events.first!.content, events.first!.nominal)
            return
        }
        kind = .caseEvents
        content = Self.message(events.lazy.map(\.content))
        nominal = events.contains { $0.nominal != nil } ? Self.message(events.lazy.map { $0.nominal ?? [] }) : nil
    }

    init(kind: JournalRecord.Kind, content: [UInt8], nominal: [UInt8]?) {
        self.kind = kind
        self.content = content
        self.nominal = nominal
    }

    /// A `CaseEvents` or `NominalParts`: both are one repeated field.
    private static func message(_ parts: some Collection<[UInt8]>) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(parts.reduce(0) { $0 + $1.count + 5 })
        for part in parts { bytes.appendField(1, part) }
        return bytes
    }

    /// Its events. `sequence` is the record's. Throws `.corrupted`.
    func events(of sequence: UInt64) throws(NodeError) -> [CaseEvent] {
        do {
            return try decoded()
        } catch {
            throw error as? NodeError ?? NodeError(.corrupted, "the content of record \(sequence) is not readable")
        }
    }

    private func decoded() throws -> [CaseEvent] {
        switch kind {
        case .caseEvent:
            var event = try CaseEvent(serializedBytes: content)
            if let nominal { try EncodedEvent.join(nominal, to: &event) }
            return [event]
        case .caseEvents:
            var events = try CaseEvents(serializedBytes: content).events
            let parts = try nominal.map { try NominalParts(serializedBytes: $0).parts }
            guard events.count > 1, parts.map({ $0.count == events.count }) ?? true else {
                throw NodeError(.corrupted, "a record of several events has one, or not as many parts for names")
            }
            for (place, part) in (parts ?? []).enumerated() where !part.isEmpty {
                try EncodedEvent.join(Array(part), to: &events[place])
            }
            return events
        default: throw NodeError(.corrupted, "a record about a case is of another kind")
        }
    }

    /// Who did it: what the node finds while an officer's record is made is the node's own.
    static func actor(of event: CaseEvent, recordedBy officer: UInt64) -> UInt64 {
        if case .hitsFound = event.body { 0 } else { officer }
    }

    /// As many events to a record as may be recorded at once.
    static func groups(_ events: [EncodedEvent]) -> [Range<Int>] {
        var groups: [Range<Int>] = []
        var start = 0
        var byteCount = 0
        for (place, event) in events.enumerated() {
            if place > start, byteCount + event.byteCount > CaseLimits.eventByteCount {
                groups.append(start..<place)
                (start, byteCount) = (place, 0)
            }
            byteCount += event.byteCount
        }
        return groups + [start..<events.count]
    }
}
