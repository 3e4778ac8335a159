package main

import (
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"
)

// repositoryLines are lines of the repository's own files: prose, code, tables, and JSON.
func repositoryLines(root string, most int) []string {
	var lines []string
	_ = filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		name := entry.Name()
		if err != nil || len(lines) >= most {
			return err
		}
		if entry.IsDir() && (strings.HasPrefix(name, ".git") || name == "build" || name == "third_party") {
			return filepath.SkipDir
		}
		switch filepath.Ext(name) {
		case ".go", ".md", ".py", ".sh", ".cpp":
		default:
			return nil
		}
		data, err := os.ReadFile(path)
		if err != nil || !utf8.Valid(data) {
			return nil
		}
		for line := range strings.Lines(string(data)) {
			if len(lines) < most && strings.TrimSpace(line) != "" {
				lines = append(lines, strings.TrimSuffix(line, "\n"))
			}
		}
		return nil
	})
	return lines
}

// Scripts that words are made of, emoji that belong together, and characters that need care.
var (
	scripts = [][2]rune{
		{'a', 'z'},
		{'A', 'Z'},
		{0xC0, 0x17F},
		{0x370, 0x3FF},
		{0x400, 0x52F},
		{0x531, 0x58F},
		{0x591, 0x5F4},
		{0x600, 0x6FF},
		{0x900, 0x97F},
		{0x980, 0x9FF},
		{0xB80, 0xBFF},
		{0xE00, 0xE5B},
		{0xF00, 0xFBC},
		{0x10A0, 0x10FF},
		{0x1100, 0x11FF},
		{0x1200, 0x137F},
		{0x1780, 0x17F9},
		{0x1E00, 0x1FFF},
		{0x3040, 0x30FF},
		{0x3400, 0x4DBF},
		{0x4E00, 0x9FFF},
		{0xAC00, 0xD7A3},
		{0xF900, 0xFAFF},
		{0xFB00, 0xFDFF},
		{0xFE70, 0xFFEF},
		{0x10330, 0x1034A},
		{0x1D400, 0x1D7FF},
		{0x20000, 0x2A6DF},
		{0x1E900, 0x1E95F},
	}
	clusters = []string{
		"👨‍👩‍👧‍👦", "👍🏽", "🏳️‍🌈", "🇩🇪", "❤️", "🧑🏿‍🚀", "e\u0301", "a\u0328\u0301", "Å", "ﬁ", "½", "Ⅻ", "ſ", "İ", "ß", "ΐ", "각",
		"가", "किं", "นี้", "…", "—", "“", "’s", "'s", "'S", "'ſ", "'ll", "n't", " do not", "</s>", "<s>", "[CLS]", "[MASK]", "<mask>",
		"<|endoftext|>", "<unk>", "<pad>", "word", "<l>", "<r>", "Ünorm", "RAWER", "<both>", "<0x41>", "##", "▁", "Ġ", "``", "''", "http://x.y/?q=1",
	}
	odd = []rune{
		0, 1, 7, 8, 9, 10, 11, 12, 13, 0x1B, 0x1F, 0x7F, 0x80, 0x85, 0x9F, 0xA0, 0xAD, 0x300, 0x301, 0x327, 0x345, 0x34F, 0x61C, 0x1680, 0x180E,
		0x2000, 0x200B, 0x200C, 0x200D, 0x200E, 0x2028, 0x2029, 0x202F, 0x205F, 0x2060, 0x20E3, 0x2581, 0x3000, 0x302A, 0x30FC, 0xD7FF, 0xE000,
		0xFE0E, 0xFE0F, 0xFEFF, 0xFFFC, 0xFFFD, 0xFFFE, 0xFFFF, 0x1D165, 0x1F1E6, 0x1F3FB, 0xE0001, 0xE0100, 0xF0000, 0x10FFFF,
	}
)

// randomText is a text of words in one or more scripts, with numbers, spaces, punctuation, emoji and odd characters.
func randomText(r *rand.Rand, longest int) string {
	var b strings.Builder
	script := scripts[r.IntN(len(scripts))]
	for range r.IntN(longest) {
		switch k := r.IntN(20); {
		case k < 9:
			for range 1 + r.IntN(8) {
				b.WriteRune(script[0] + r.Int32N(script[1]-script[0]+1))
			}
		case k < 13:
			b.WriteString([]string{" ", " ", " ", "  ", "   ", "\n", "\t", "\r\n"}[r.IntN(8)])
		case k < 14:
			for range 1 + r.IntN(5) {
				b.WriteByte(byte('0' + r.IntN(10)))
			}
		case k < 15:
			b.WriteByte(byte(' ' + r.IntN(95)))
		case k < 16:
			b.WriteString(clusters[r.IntN(len(clusters))])
		case k < 17:
			b.WriteRune(odd[r.IntN(len(odd))])
		case k < 18:
			if c := r.Int32N(0x110000); utf8.ValidRune(c) { // anything at all, assigned or not
				b.WriteRune(c)
			}
		default:
			script = scripts[r.IntN(len(scripts))]
			b.WriteByte(' ')
		}
	}
	return b.String()
}
