package image

import (
	"strings"
	"unicode/utf8"

	"multitorch/internal/letters"
)

// Cell is a picture of a sheet, with what is written below it.
type Cell struct {
	Picture *Image // nil leaves the place empty
	Caption string // lines that are too long are broken, and cut after Lines of them
}

// SheetConfig is how a sheet looks.
type SheetConfig struct {
	Title   string
	Columns int // 8
	Side    int // pixels: each picture is fitted into so large a square: 96
	Lines   int // of each caption at most: 2; -1: none
	Text    int // the size of the letters: 12
}

// Sheet lays pictures with their captions out on white: a contact sheet. Pictures keep their proportions; small ones of
// less than half a square are enlarged by whole numbers, so that pixels stay sharp.
func Sheet(cells []Cell, c SheetConfig) *Image {
	c.Columns, c.Side, c.Lines, c.Text = orElse(c.Columns, 8), orElse(c.Side, 96), orElse(c.Lines, 2), orElse(c.Text, 12)
	if len(cells) == 0 || c.Columns < 1 || c.Side < 8 || c.Side > 4096 {
		panic(invalid("Sheet", "expected cells, at least 1 column and squares of 8 to 4096 pixels, got %d, %d and %d",
			len(cells), c.Columns, c.Side))
	}
	const gap = 8
	line, _ := TextSize("x", c.Text)
	captions := make([]string, len(cells))
	lines := 0
	for i, cell := range cells {
		wrapped := wrap(cell.Caption, c.Side+gap/2, c.Text, max(c.Lines, 0))
		captions[i] = strings.Join(wrapped, "\n")
		lines = max(lines, len(wrapped))
	}
	top := gap
	if c.Title != "" {
		height, _ := TextSize(c.Title, c.Text*4/3)
		top += height + gap
	}
	across := min(c.Columns, len(cells))
	down := (len(cells) + across - 1) / across
	height := c.Side + lines*line + gap
	width := c.Side + gap
	sheetWidth := across*width + gap
	if c.Title != "" {
		_, w := TextSize(c.Title, c.Text*4/3)
		sheetWidth = max(sheetWidth, min(w+2*gap, maxSide))
	}
	out := Uniform(top+down*height+gap/2, sheetWidth, 255, 255, 255)
	ink := []uint8{40, 40, 40}
	if c.Title != "" {
		out.text(c.Title, gap, gap, c.Text*4/3, ink)
	}
	for i, cell := range cells {
		y, x := top+i/across*height, gap+i%across*width
		if cell.Picture != nil {
			out.paste(fitted(cell.Picture, c.Side), y, x, c.Side)
		}
		out.text(captions[i], y+c.Side+2, x, c.Text, ink)
	}
	return out
}

// fitted scales a picture into a square.
func fitted(m *Image, side int) *Image {
	m = m.Over(255, 255, 255)
	longer := max(m.Height, m.Width)
	if times := side / longer; times >= 2 {
		return m.Resize(m.Height*times, m.Width*times, Nearest)
	}
	if longer <= side {
		return m
	}
	return m.Resize(max(1, m.Height*side/longer), max(1, m.Width*side/longer), Bilinear)
}

// paste puts a picture of three channels into the middle of a square.
func (m *Image) paste(p *Image, top, left, side int) {
	top, left = top+(side-p.Height)/2, left+(side-p.Width)/2
	for y := range p.Height {
		copy(m.row(top + y)[3*left:], p.row(y))
	}
}

// wrap breaks text at spaces, or within words that are too long, and ends it with three dots after so many lines.
func wrap(text string, width, size, lines int) []string {
	f := face("Sheet", size)
	defer f.Close()
	fits := func(s string) bool { return letters.Fit(f, s, width) == len(s) }
	var out []string
	for _, paragraph := range strings.Split(strings.TrimSpace(letters.Printable(text)), "\n") {
		line := ""
		for _, word := range strings.Fields(paragraph) {
			if line != "" && fits(line+" "+word) {
				line += " " + word
				continue
			}
			if line != "" {
				out = append(out, line)
			}
			for line = word; !fits(line) && len(out) <= lines; {
				_, first := utf8.DecodeRuneInString(line)
				n := max(letters.Fit(f, line, width), first)
				if n == len(line) {
					break
				}
				out, line = append(out, line[:n]), line[n:]
			}
			if len(out) > lines {
				break
			}
		}
		if line != "" {
			out = append(out, line)
		}
	}
	if len(out) > lines {
		out = out[:lines]
		if lines > 0 {
			out[lines-1] = letters.Shorten(f, out[lines-1]+"…", width)
		}
	}
	return out
}
