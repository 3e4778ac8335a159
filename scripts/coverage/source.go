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

// The packages in which counterparts may be.
var packages = []string{"torch", "torch/linalg", "torch/fft", "nn", "nn/functional", "nn/utils", "nn/init", "optim"}

func readSource(root string) (*source, error) {
	s := &source{exported: map[string]bool{}, plain: map[string]string{}, operators: map[string]bool{}}
	for _, p := range packages {
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
	plain := strings.ReplaceAll(strings.TrimSuffix(last, "_"), "_", "")
	if strings.HasSuffix(last, "_") {
		plain += "inplace"
	}
	var tries []string
	switch place {
	case "torch.linalg":
		tries = []string{"torch/linalg." + plain}
	case "torch.fft":
		tries = []string{"torch/fft." + plain}
	default:
		tries = []string{"torch.tensor." + plain, "torch." + plain}
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
