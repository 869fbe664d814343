internal import ArgumentParser
internal import CordonNode
internal import Storage

/// Makes what is derived from the journal again.
struct RebuildCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rebuild",
        abstract: "Make the search index and the lists of events again, from the journal.",
        discussion: """
            Needed after a backup was put back, and after an interrupted rebuild; it repairs an index that was damaged. \
            Every payload is held against its record on the way. Stop the node first. Loaded code lists, keys and \
            uploads under way stay as they are.
            """)

    @OptionGroup var options: NodeOptions
    @Flag(help: "Print JSON.")
    var json = false

    private struct Output: Encodable {
        let records: UInt64
        let cases: Int
        let erasedRecords: UInt64
    }

    func run() throws {
        let node = try options.open()
        let progress = Terminal.Progress("Reading record")
        let result = try node.rebuild { progress.update($0, $1) }
        if json {
            try Terminal.printJSON(
                Output(records: result.records, cases: result.cases, erasedRecords: result.erased))
        } else {
            print("Made again from \(result.records) records: \(result.cases) cases.")
            if result.erased > 0 { print("\(result.erased) records belong to erased cases: their payloads are gone.") }
        }
    }
}

/// Copies the node for safekeeping.
struct BackupCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Copy the node into a directory, for safekeeping. Stop the node first.",
        discussion: """
            The copy holds the journal, its payloads, both logs, the wrapped keys, the sealed key files and the \
            attachments, all encrypted as in the node; no search index, so no name lies in it but under a case's own key.

            One file is left out, on purpose: erasure-key. Copy it beside, over the former copy, and never keep an older \
            one: it is what makes the erasure of a case reach the backups that hold it. After an erasure, backups made \
            before cannot be opened any more: make a new one at once.

            To put a backup back: copy the directory and the newest erasure-key to the node's place, run \
            `cordon rebuild`, then `cordon serve`.
            """)

    @OptionGroup var options: NodeOptions
    @Argument(help: "A directory that does not exist yet.")
    var target: String

    func run() throws {
        let node = try options.open()
        let progress = Terminal.Progress("Copying row")
        let result = try node.backUp(to: target) { progress.update($0, $0) }
        print("Copied \(result.rows) rows and \(result.files) files to \(target).")
        print("Now keep the newest erasure-key, and only the newest, apart from it:")
        print("  cp \(try options.directory())/erasure-key SOMEWHERE-ELSE")
    }
}
