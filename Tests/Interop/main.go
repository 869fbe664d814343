// Reads an exported log with golang.org/x/mod/sumdb, the tools of Go's checksum database: an implementation that
// knows nothing of Cordon. Opens the checkpoint, proves entries and earlier trees from the tiles, checks the proofs.
//
//	interop DIRECTORY VKEY
package main

import (
	"encoding/base64"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// directory is a tlog.TileReader. The checksum database writes paths as tile/<height>/<level>/<index>.
type directory string

func (d directory) Height() int { return 8 }

func (d directory) SaveTiles([]tlog.Tile, [][]byte) {}

func (d directory) ReadTiles(tiles []tlog.Tile) (contents [][]byte, err error) {
	for _, tile := range tiles {
		content, err := os.ReadFile(filepath.Join(string(d), strings.Replace(tile.Path(), "tile/8/", "tile/", 1)))
		if err != nil {
			return nil, err
		}
		contents = append(contents, content)
	}
	return contents, nil
}

func (d directory) entries(bundle, width int64) (entries [][]byte) {
	path := tlog.Tile{H: 8, L: -1, N: bundle, W: int(width)}.Path()
	content, err := os.ReadFile(filepath.Join(string(d), strings.Replace(path, "tile/8/data/", "tile/entries/", 1)))
	check(err)
	for len(content) > 0 {
		length := int(content[0])<<8 | int(content[1])
		entries = append(entries, content[2:2+length])
		content = content[2+length:]
	}
	return entries
}

func main() {
	log.SetFlags(0)
	dir := directory(os.Args[1])
	verifier, err := note.NewVerifier(os.Args[2])
	check(err)
	signed, err := os.ReadFile(filepath.Join(string(dir), "checkpoint"))
	check(err)
	checkpoint, err := note.Open(signed, note.VerifierList(verifier))
	check(err)
	lines := strings.Split(checkpoint.Text, "\n")
	size, err := strconv.ParseInt(lines[1], 10, 64)
	check(err)
	hash, err := base64.StdEncoding.DecodeString(lines[2])
	check(err)
	var root tlog.Hash
	copy(root[:], hash)
	hashes := tlog.TileHashReader(tlog.Tree{N: size, Hash: root}, dir)

	index := int64(0)
	for bundle := int64(0); bundle*256 < size; bundle++ {
		for _, entry := range dir.entries(bundle, min(256, size-bundle*256)) {
			if index%97 == 0 || index == size-1 {
				proof, err := tlog.ProveRecord(size, index, hashes)
				check(err)
				check(tlog.CheckRecord(proof, size, root, index, tlog.RecordHash(entry)))
			}
			index++
		}
	}
	if index != size {
		log.Fatalf("%d entries in a log of %d", index, size)
	}
	for old := int64(1); old <= size; old = old*2 + 1 {
		proof, err := tlog.ProveTree(size, old, hashes)
		check(err)
		before, err := tlog.TreeHash(old, hashes)
		check(err)
		check(tlog.CheckTree(proof, size, root, old, before))
	}
	fmt.Println("read", size, "entries of", lines[0])
}

func min(a, b int64) int64 {
	if a < b {
		return a
	}
	return b
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
