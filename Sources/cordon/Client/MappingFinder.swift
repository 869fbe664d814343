internal import Foundation
internal import Interchange
internal import Storage

/// Finds a mapping by its path, by the name of its file, or by the name of its source.
enum MappingFinder {
    /// What needs no mapping: reports as `cordon export --format jsonl` writes them.
    static let reportNames: Set = ["cordon-jsonl", "cordon-jsonl.json"]

    static var directories: [String] {
        var result: [String] = []
        if let named = ProcessInfo.processInfo.environment["CORDON_MAPPINGS"], !named.isEmpty { result.append(named) }
        if let program = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe") {
            let place = Files.parent(program)
            result += [place + "/mappings", Files.parent(place) + "/share/cordon/mappings"]
        }
        return result + ["Deployments/mappings"]
    }

    static func find(_ name: String) throws -> ImportMapping {
        if name.contains("/") || Files.exists(name), !Files.isDirectory(name) { return try read(name) }
        let shipped = shipped
        let file = name.hasSuffix(".json") ? name : name + ".json"
        if let found = shipped.first(where: { $0.hasSuffix("/" + file) }) { return try read(found) }
        for path in shipped {
            if let mapping = try? read(path), mapping.name == name { return mapping }
        }
        let known = shipped.map { String($0.split(separator: "/").last!.dropLast(5)) }
        throw CommandFailure(
            "There is no mapping “\(name)”. "
                + (known.isEmpty
                    ? "None are installed: set $CORDON_MAPPINGS to their directory."
                    : "There are: \(Set(known).sorted().joined(separator: ", ")), and any file."))
    }

    private static var shipped: [String] {
        directories.flatMap { directory in
            ((try? Files.list(directory)) ?? []).filter { $0.hasSuffix(".json") }.map { directory + "/" + $0 }
        }
    }

    private static func read(_ path: String) throws -> ImportMapping {
        let bytes = try Files.read(path, limit: ImportMapping.maximumBytes)
        do throws(InterchangeError) {
            return try ImportMapping(parsing: bytes)
        } catch {
            throw CommandFailure("The mapping \(path) cannot be used: \(error)")
        }
    }
}
