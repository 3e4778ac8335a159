package profiler

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Row is what all spans of a module, or of a phase, come to.
type Row struct {
	Category string // "phase", "forward" or "backward"
	Phase    string
	Module   string
	Name     string // the module's class, or the phase
	Calls    int
	Total    time.Duration
	Self     time.Duration // without modules within it; of a phase, outside modules
}

// Rows are the phases in the order in which they came, and then the modules, those first that took most themselves.
func (p *Profiler) Rows() []Row {
	type key struct{ category, phase, module, name string }
	var order []key
	rows := map[key]*Row{}
	for _, s := range p.Spans() {
		k := key{s.Category, s.Phase, s.Module, s.Name}
		r := rows[k]
		if r == nil {
			r = &Row{Category: s.Category, Phase: s.Phase, Module: s.Module, Name: s.Name}
			rows[k], order = r, append(order, k)
		}
		r.Calls++
		r.Total += s.Took
		r.Self += s.Self()
	}
	all := make([]Row, len(order))
	for i, k := range order {
		all[i] = *rows[k]
	}
	slices.SortStableFunc(all, func(a, b Row) int {
		if a.Category == "phase" || b.Category == "phase" {
			return cmp.Compare(b2i(b.Category == "phase"), b2i(a.Category == "phase"))
		}
		return cmp.Compare(b.Self, a.Self)
	})
	return all
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

// Table writes the phases, with what none of the modules took part in, and the modules that took most themselves, at most so
// many rows of them:
//
//	phase                                calls   total ms        %    mean ms outside ms
//	forward                                  5      61.30     41.2     12.260       0.71
//
//	module                   pass        calls    self ms        %    total ms    mean ms
//	features.0 (Conv2d)      forward         5      20.11     13.5       20.11      4.022
func (p *Profiler) Table(rows int) string {
	all := p.Rows()
	var sum time.Duration
	for _, r := range all {
		if r.Category == "phase" {
			sum += r.Total
		}
	}
	var b strings.Builder
	line := func(name, pass string, calls int, columns ...string) {
		fmt.Fprintf(&b, "%-40s %-9s %6d", shortened(name), pass, calls)
		for _, c := range columns {
			fmt.Fprintf(&b, " %10s", c)
		}
		b.WriteString("\n")
	}
	fmt.Fprintf(&b, "%-40s %-9s %6s %10s %10s %10s %10s\n", "phase", "", "calls", "total ms", "%", "mean ms", "outside ms")
	modules := 0
	for _, r := range all {
		s := Span{Module: r.Module, Name: r.Name}
		switch {
		case r.Category == "phase":
			line(r.Name, "", r.Calls, ms(r.Total, 2), percent(r.Total, sum), ms(r.Total/time.Duration(r.Calls), 3), ms(r.Self, 2))
		case modules < rows:
			if modules == 0 {
				fmt.Fprintf(&b, "\n%-40s %-9s %6s %10s %10s %10s %10s\n", "module", "pass", "calls", "self ms", "%", "total ms", "mean ms")
			}
			modules++
			pass := r.Category
			if r.Phase == "validation" {
				pass = "validation"
			}
			line(s.title(), pass, r.Calls, ms(r.Self, 2), percent(r.Self, sum), ms(r.Total, 2), ms(r.Total/time.Duration(r.Calls), 3))
		default:
			modules++
		}
	}
	if modules > rows {
		fmt.Fprintf(&b, "… and %d more\n", modules-rows)
	}
	if p.lost > 0 {
		fmt.Fprintf(&b, "%d spans more were left out\n", p.lost)
	}
	return b.String()
}

func ms(d time.Duration, digits int) string { return fmt.Sprintf("%.*f", digits, d.Seconds()*1000) }

func percent(d, of time.Duration) string {
	if of <= 0 {
		return "–"
	}
	return fmt.Sprintf("%.1f", 100*float64(d)/float64(of))
}

// shortened keeps the end of a long path, which tells modules apart.
func shortened(name string) string {
	if runes := []rune(name); len(runes) > 40 {
		return "…" + string(runes[len(runes)-39:])
	}
	return name
}
