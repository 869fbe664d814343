internal import Foundation
internal import Synchronization

/// Passes TCP connections on to a port of this machine; can be cut and slowed down. Bytes that are under way when it is
/// cut arrive when it is mended, as packets would that are sent again, unless the connection was broken.
final class Relay: Sendable {
    let port: UInt16
    private struct State {
        var weather = Weather.clear
        var target: UInt16 = 0
        var isOver = false
        /// Both ends of each connection; shut down here, closed by its threads.
        var connections: [Int: (Int32, Int32)] = [:]
        var next = 0
    }
    private let state = Mutex(State())
    private let listener: Int32

    init() throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        self.listener = listener
        var address = Self.loopback(0)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, length) == 0 && listen(listener, 64) == 0 && getsockname(listener, $0, &length) == 0
            }
        }
        guard bound else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EADDRINUSE) }
        port = UInt16(bigEndian: address.sin_port)
        Thread { self.accept() }.start()
    }

    private static func loopback(_ port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return address
    }

    /// Where connections go that come from now on; it may be nobody's for a while.
    var target: UInt16 {
        get { state.withLock { $0.target } }
        set { state.withLock { $0.target = newValue } }
    }

    /// `breaking`: what is connected now does not only fall silent.
    func set(_ weather: Weather, breaking: Bool) {
        state.withLock { state in
            state.weather = weather
            if weather == .cut, breaking { Self.breakAll(state) }
        }
    }

    func stop() {
        state.withLock { state in
            state.isOver = true
            Self.breakAll(state)
        }
        shutdown(listener, Int32(SHUT_RDWR))
    }

    private static func breakAll(_ state: State) {
        for (near, far) in state.connections.values {
            shutdown(near, Int32(SHUT_RDWR))
            shutdown(far, Int32(SHUT_RDWR))
        }
    }

    /// Returns once the line carries something, or false at its end. `bytes` is what waits to be carried.
    private func pass() -> Bool {
        var waited = false
        while true {
            let (weather, isOver) = state.withLock { ($0.weather, $0.isOver) }
            if isOver { return false }
            switch weather {
            case .clear: return true
            case .cut: usleep(20_000)
            case .slow:
                if waited { return true }
                // Half a round trip; a lost segment is one that comes a retransmission later (RFC 6298, section 2).
                usleep(Int.random(in: 0..<50) == 0 ? 1_300_000 : 300_000)
                waited = true
            }
        }
    }

    private func accept() {
        while true {
            let near = Foundation.accept(listener, nil, nil)
            if near < 0 {
                if errno == EINTR || errno == ECONNABORTED { continue }
                break
            }
            // A program that another test starts right now may get it too: what ends here is shut down, not only closed.
            _ = fcntl(near, F_SETFD, FD_CLOEXEC)
            // Whoever connects is let in, and hears nothing while the line is cut.
            Thread { self.connect(near) }.start()
        }
        close(listener)
    }

    private func connect(_ near: Int32) {
        let far = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        let number = state.withLock { state in
            state.next += 1
            state.connections[state.next] = (near, far)
            return state.next
        }
        var address = Self.loopback(0)
        let isThrough =
            pass()
            && {
                address = Self.loopback(target)
                return withUnsafePointer(to: &address) { pointer in
                    pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                        Foundation.connect(far, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
                    }
                }
            }()
        if isThrough {
            let back = DispatchGroup()
            back.enter()
            Thread {
                self.copy(far, near)
                back.leave()
            }.start()
            copy(near, far)
            back.wait()
        }
        _ = state.withLock { $0.connections.removeValue(forKey: number) }
        close(near)
        close(far)
    }

    private func copy(_ from: Int32, _ to: Int32) {
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = recv(from, &chunk, chunk.count, 0)
            if count < 0, errno == EINTR { continue }
            guard count > 0, pass(), send(chunk[..<count], to) else { break }
        }
        // Both ways: nodes close what has ended at one end.
        shutdown(from, Int32(SHUT_RDWR))
        shutdown(to, Int32(SHUT_RDWR))
    }

    private func send(_ bytes: ArraySlice<UInt8>, _ to: Int32) -> Bool {
        var rest = bytes
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Foundation.send(to, $0.baseAddress!, $0.count, Int32(MSG_NOSIGNAL)) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }
}
