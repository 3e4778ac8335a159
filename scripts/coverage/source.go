package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// source is what the Go code offers.
type source struct {
	exported  map[string]bool   // "torch.Cat", "torch.Tensor.Add", "torch/linalg.SVD"
	plain     map[string]string // the same in lower case
	operators map[string]bool   // what torch/aten has: "conv2d"
}

// The packages in which counterparts of a module's names may be. What is of a module that
// is not here may be a method of torch's Tensor or a function of torch.
var places = map[string][]string{
	"torch.linalg": {"torch/linalg"}, "torch.fft": {"torch/fft"},
	"torch.nn": {"nn"}, "torch.nn.Module": {"nn", "nn.base"}, "torch.nn.functional": {"nn/functional"}, "torch.nn.init": {"nn/init"},
	"torch.nn.utils": {"nn/utils", "nn"}, "torch.nn.utils.rnn": {"nn/utils", "nn"}, "torch.nn.utils.prune": {"nn/utils/prune"},
	"torch.nn.utils.parametrize": {"nn/utils/parametrize"}, "torch.nn.utils.parametrizations": {"nn/utils/parametrizations"},
	"torch.nn.utils.fusion": {"nn/utils"}, "torch.nn.utils.stateless": {"nn/utils"}, "torch.nn.attention": {"nn"},
	"torch.optim": {"optim"}, "torch.optim.lr_scheduler": {"optim/lr_scheduler", "optim"},
	"torch.optim.swa_utils": {"optim/swa_utils", "optim"},
	"torch.distributions":   {"distributions"}, "torch.distributions.transforms": {"distributions"},
	"torch.distributions.constraints": {"distributions/constraints", "distributions"}, "torch.distributions.kl": {"distributions"},
}

// learning tells names from torch.nn on, which are no operators.
func learning(name string) bool {
	for _, place := range []string{"torch.nn.", "torch.optim.", "torch.distributions."} {
		if strings.HasPrefix(name, place) {
			return true
		}
	}
	return false
}

// packages are all folders in which counterparts may be.
func packages() []string {
	all := []string{"torch"}
	for _, ps := range places {
		all = append(all, ps...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// readNames reads the names of all versions, each once.
func readNames(dir string) ([]string, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*_names.txt"))
	if err == nil && len(files) == 0 {
		err = fmt.Errorf("%s: %w", dir, os.ErrNotExist)
	}
	var all []string
	for _, file := range files {
		names, err := lines(file)
		if err != nil {
			return nil, err
		}
		all = append(all, names...)
	}
	slices.Sort(all)
	return slices.Compact(all), err
}

func readSource(root string) (*source, error) {
	s := &source{exported: map[string]bool{}, plain: map[string]string{}, operators: map[string]bool{}}
	for _, p := range packages() {
		files, err := filepath.Glob(filepath.Join(root, p, "*.go"))
		if err != nil {
			return nil, err
		}
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
			if err != nil {
				return nil, err
			}
			for _, d := range parsed.Decls {
				if f, ok := d.(*ast.FuncDecl); ok && f.Name.IsExported() {
					s.add(p + "." + receiver(f) + f.Name.Name)
				}
				if g, ok := d.(*ast.GenDecl); ok && !strings.HasPrefix(p, "torch") { // whose names are functions
					s.addTypes(p, g)
				}
			}
		}
	}
	generated, err := filepath.Glob(filepath.Join(root, "torch/aten", "*_gen.go"))
	if err != nil {
		return nil, err
	}
	operator := regexp.MustCompile(`name: "aten::(\w+)[."]`)
	for _, file := range generated {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		for _, m := range operator.FindAllSubmatch(text, -1) {
			s.operators[string(m[1])] = true
		}
	}
	return s, nil
}

func (s *source) add(name string) {
	s.exported[name] = true
	s.plain[strings.ToLower(name)] = name
}

// addTypes adds the types of a declaration: Python's classes are these, where nothing makes them.
func (s *source) addTypes(p string, g *ast.GenDecl) {
	for _, spec := range g.Specs {
		if t, ok := spec.(*ast.TypeSpec); ok && t.Name.IsExported() {
			s.add(p + "." + t.Name.Name)
		}
	}
}

// receiver is "Tensor." for a method of Tensor.
func receiver(f *ast.FuncDecl) string {
	if f.Recv == nil {
		return ""
	}
	t := f.Recv.List[0].Type
	if star, ok := t.(*ast.StarExpr); ok {
		t = star.X
	}
	if id, ok := t.(*ast.Ident); ok {
		return id.Name + "."
	}
	return "?."
}

// counterpart finds a function or method by its name alone.
func (s *source) counterpart(name string) string {
	place, last := name[:strings.LastIndexByte(name, '.')], operatorOf(name)
	plain := strings.ToLower(strings.ReplaceAll(strings.TrimSuffix(last, "_"), "_", ""))
	if !learning(name) && strings.HasSuffix(last, "_") {
		plain += "inplace" // from torch.nn on there is no other form of what works in place
	}
	tries := []string{"torch.tensor." + plain, "torch." + plain}
	if ps := places[place]; ps != nil {
		tries = nil
		for _, p := range ps {
			tries = append(tries, p+".new"+plain, p+"."+plain)
		}
	}
	for _, t := range tries {
		if found := s.plain[t]; found != "" {
			return found
		}
	}
	return ""
}

func operatorOf(name string) string { return name[strings.LastIndexByte(name, '.')+1:] }

// match finds the pattern of a name: itself, or one with stars. Without "torch."
// a pattern is for functions of torch and for methods.
func match(patterns map[string]string, name string) string {
	short := strings.TrimPrefix(strings.TrimPrefix(name, "torch."), "Tensor.")
	if patterns[name] != "" {
		return name
	}
	if patterns[short] != "" {
		return short
	}
	for _, p := range slices.Sorted(maps.Keys(patterns)) {
		for _, n := range []string{name, short} {
			if ok, err := path.Match(p, n); ok && err == nil {
				return p
			}
		}
	}
	return ""
}

// lines reads a file without its empty lines and comments.
func lines(file string) ([]string, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var out []string
	for line := range strings.Lines(string(text)) {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
			out = append(out, line)
		}
	}
	return out, nil
}

// pairs reads lines of names, separated by spaces, a colon and what holds for
// each of them.
func pairs(file string) (map[string]string, error) {
	all, err := lines(file)
	if err != nil {
		return nil, err
	}
	out := map[string]string{}
	for _, line := range all {
		names, value, ok := strings.Cut(line, ": ")
		if !ok {
			return nil, fmt.Errorf("%s: expected \"names: value\", but found %q", file, line)
		}
		for _, name := range strings.Fields(names) {
			if out[name] != "" {
				return nil, fmt.Errorf("%s: %s stands there twice", file, name)
			}
			out[name] = strings.TrimSpace(value)
		}
	}
	return out, nil
}
