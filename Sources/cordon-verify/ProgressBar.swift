internal import Foundation
internal import Glibc
internal import Synchronization

/// A bar on standard error, while that is a terminal.
final class ProgressBar: Sendable {
    private static let cellCount = 40
    private let visible = isatty(STDERR_FILENO) == 1
    private let started = DispatchTime.now()

    /// Drawn once a window, so there is no need to draw less often.
    @Sendable func update(_ done: UInt64, _ total: UInt64) {
        guard visible, total > 0 else { return }
        let share = Double(done) / Double(total)
        let filled = Int(share * Double(Self.cellCount))
        let seconds = Double(DispatchTime.now().uptimeNanoseconds - started.uptimeNanoseconds) / 1e9
        let bar = String(repeating: "█", count: filled) + String(repeating: "·", count: Self.cellCount - filled)
        let left = share > 0 ? Int(seconds / share - seconds) : 0
        write("\r\u{1B}[K\(bar) \(Int(share * 100)) %  \(done) of \(total) entries, \(left) s left")
    }

    func clear() {
        if visible { write("\r\u{1B}[K") }
    }

    private func write(_ text: String) {
        FileHandle.standardError.write(Data(text.utf8))
    }
}
