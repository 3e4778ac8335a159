package ctc

// preference says by which edit a way back from the ends of both texts goes, where several are as cheap. at is the table
// of costs: at(i, j) is the cost of the first i of the reference and the first j of what was understood.
type preference func(at func(i, j int) int32, c costs, i, j int, same bool) step

type step int

const (
	diagonal step = iota // a hit or a substitution
	deletion
	insertion
)

// likeRapidFuzz follows the bits of RapidFuzz's matrix: a deletion where the cost rose along the reference; then an
// insertion where it fell along the reference in the row before; else the diagonal.
func likeRapidFuzz(at func(i, j int) int32, _ costs, i, j int, _ bool) step {
	switch {
	case at(i, j) == at(i-1, j)+1:
		return deletion
	case at(i, j-1) == at(i-1, j-1)-1:
		return insertion
	}
	return diagonal
}

// likeSclite prefers the diagonal, then insertions.
func likeSclite(at func(i, j int) int32, c costs, i, j int, same bool) step {
	cost := c.substitution
	if same {
		cost = 0
	}
	switch at(i, j) {
	case at(i-1, j-1) + cost:
		return diagonal
	case at(i, j-1) + c.insertion:
		return insertion
	}
	return deletion
}

// maxCells bounds the table of costs, 64 MB. Longer texts are divided first.
const maxCells = 16 << 20

// trace counts the edits along a cheapest way.
func trace[T comparable](r, u []T, c costs, prefer preference) (e Edits) {
	if len(r) == 0 || len(u) == 0 {
		return Edits{Deletions: len(r), Insertions: len(u)}
	}
	if (len(r)+1)*(len(u)+1) > maxCells && len(r) > 1 {
		half := len(r) / 2
		split := cheapestSplit(r[:half], r[half:], u, c)
		return trace(r[:half], u[:split], c, prefer).Add(trace(r[half:], u[split:], c, prefer))
	}
	width := len(u) + 1
	table := make([]int32, (len(r)+1)*width)
	firstRow(table[:width], c)
	for i := range r {
		nextRow(table[i*width:(i+1)*width], table[(i+1)*width:(i+2)*width], r[i], u, c)
	}
	at := func(i, j int) int32 { return table[i*width+j] }
	i, j := len(r), len(u)
	for i > 0 && j > 0 {
		same := r[i-1] == u[j-1]
		switch prefer(at, c, i, j, same) {
		case deletion:
			e.Deletions++
			i--
		case insertion:
			e.Insertions++
			j--
		default:
			if same {
				e.Hits++
			} else {
				e.Substitutions++
			}
			i--
			j--
		}
	}
	e.Deletions += i
	e.Insertions += j
	return e
}

// firstRow is the cost of nothing against the beginnings of what was understood.
func firstRow(row []int32, c costs) {
	for j := range row {
		row[j] = int32(j) * c.insertion
	}
}

// nextRow is the cost with one more element of the reference.
func nextRow[T comparable](before, row []int32, r T, u []T, c costs) {
	row[0] = before[0] + c.deletion
	for j, x := range u {
		cost := before[j]
		if x != r {
			cost += c.substitution
		}
		row[j+1] = min(cost, before[j+1]+c.deletion, row[j]+c.insertion)
	}
}

// cheapestSplit is where a cheapest way passes from the first half of the reference to the second (Hirschberg, 1975).
func cheapestSplit[T comparable](first, second, u []T, c costs) (split int) {
	before := lastRow(first, u, c)
	behind := lastRow(reversed(second), reversed(u), c)
	for j := range before {
		if before[j]+behind[len(u)-j] < before[split]+behind[len(u)-split] {
			split = j
		}
	}
	return split
}

func lastRow[T comparable](r, u []T, c costs) []int32 {
	row, before := make([]int32, len(u)+1), make([]int32, len(u)+1)
	firstRow(row, c)
	for _, x := range r {
		row, before = before, row
		nextRow(before, row, x, u, c)
	}
	return row
}

func reversed[T any](x []T) []T {
	y := make([]T, len(x))
	for i := range x {
		y[len(x)-1-i] = x[i]
	}
	return y
}
