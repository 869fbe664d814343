internal import ArgumentParser
internal import CordonNode
internal import Glibc
internal import Storage
internal import TransparencyLog

/// Appends opaque entries from standard input. For tests and benchmarks: such entries are no releases, and nobody can
/// open them.
struct AppendCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "append",
        abstract: "FOR TESTING: append entries from standard input.",
        discussion: """
            One entry a line, or, with --length-prefixed, each behind its length as a big-endian uint16. Prints the \
            index of each entry once it is durable. An entry that is in the log stays there: never do this in a node \
            that partners know.
            """)

    @OptionGroup var options: LogCommand.Options
    @Flag(help: "Confirms that this node is for testing.")
    var forTesting = false
    @Flag(help: "Entries stand behind their length, a big-endian uint16, and may hold any bytes.")
    var lengthPrefixed = false
    @Option(help: "A directory to export the log to after every commit.")
    var publish: String?

    func validate() throws {
        guard options.log.id == .exchange else {
            throw ValidationError(
                "Only the exchange log takes opaque entries: the journal's records are made by the node.")
        }
        guard forTesting else {
            throw ValidationError("Entries appended here stay in the log for good; confirm with --for-testing.")
        }
    }

    func run() async throws {
        let node = try options.node.open()
        guard try !node.hasPublishedKeys else {
            throw ValidationError(
                "This node exchanges with partners: an opaque entry would end their trust in its log.")
        }
        let sequencer = try node.startSequencer()
        var reader = EntryReader(lengthPrefixed: lengthPrefixed)
        do {
            while let entries = try reader.next() {
                guard !entries.isEmpty else { continue }
                let acknowledgement = try await sequencer.append(entries, to: options.log.id)
                Terminal.write(Array(acknowledgement.indexes.map { "\($0)\n" }.joined().utf8))
                // Published only after it is acknowledged.
                if let publish { _ = try StaticExport(node, log: options.log.id, to: publish).run() }
            }
        } catch {
            await sequencer.stop()
            throw error
        }
        await sequencer.stop()
    }
}

/// Splits standard input into entries, as they come.
private struct EntryReader {
    let lengthPrefixed: Bool
    private var buffer: [UInt8] = []
    /// Small enough that what one read completes is never more than one submission may hold.
    private var chunk = [UInt8](repeating: 0, count: 64 << 10)
    private var count: UInt64 = 0

    init(lengthPrefixed: Bool) { self.lengthPrefixed = lengthPrefixed }

    /// The entries that the next read completes, perhaps none; nil at the end.
    mutating func next() throws -> [[UInt8]]? {
        let received = read(STDIN_FILENO, &chunk, chunk.count)
        if received < 0, errno == EINTR { return [] }
        guard received >= 0 else { throw CommandFailure("Standard input cannot be read.") }
        if received == 0 { return try last() }
        buffer.append(contentsOf: chunk[..<received])
        return lengthPrefixed ? prefixed() : try lines()
    }

    private mutating func last() throws -> [[UInt8]]? {
        guard !buffer.isEmpty else { return nil }
        guard !lengthPrefixed else { throw CommandFailure("Standard input ends inside entry \(count).") }
        buffer.append(UInt8(ascii: "\n"))
        return try lines()
    }

    private mutating func lines() throws -> [[UInt8]] {
        var entries: [[UInt8]] = []
        var start = 0
        while let end = buffer[start...].firstIndex(of: UInt8(ascii: "\n")) {
            let line = buffer[start..<end]
            start = end + 1
            count += 1
            guard line.count <= EntryBundle.maximumEntryByteCount else { throw tooLong }
            if !line.isEmpty { entries.append(Array(line)) }
        }
        buffer.removeFirst(start)
        guard buffer.count <= EntryBundle.maximumEntryByteCount else { throw tooLong }
        return entries
    }

    private mutating func prefixed() -> [[UInt8]] {
        var entries: [[UInt8]] = []
        var start = 0
        while buffer.count - start >= 2 {
            let length = Int(buffer[start]) << 8 | Int(buffer[start + 1])
            guard buffer.count - start - 2 >= length else { break }
            entries.append(Array(buffer[(start + 2)..<(start + 2 + length)]))
            start += 2 + length
            count += 1
        }
        buffer.removeFirst(start)
        return entries
    }

    private var tooLong: CommandFailure {
        CommandFailure("Line \(count) is longer than an entry can be (\(EntryBundle.maximumEntryByteCount) bytes).")
    }
}
