package distributions_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/twin"
)

// elsewhere are names of Python's whose counterpart has another name, or that have none here.
var elsewhere = map[string]string{
	"kl_divergence": "KLDivergence", "register_kl": "RegisterKL", "biject_to": "BijectTo", "transform_to": "TransformTo",
	"identity_transform": "NewComposeTransform", // without parts

	"ExponentialFamily":           "Distribution",      // its methods are private in Python
	"is_dependent":                "Constraint",        // no constraint here depends on what is not known yet
	"dependent":                   "Constraint",        //
	"dependent_property":          "Constraint",        //
	"MixtureSameFamilyConstraint": "MixtureSameFamily", // its Support
}

// TestNothingIsMissing: what torch.distributions and its constraints offer has a counterpart.
func TestNothingIsMissing(t *testing.T) {
	want := twin.Run(t, `
		import torch.distributions as d
		names = list(d.__all__) + [n for n in d.constraints.__all__]
		save(names=torch.tensor(list(" ".join(names).encode()), dtype=torch.uint8))
	`, nil)
	have := map[string]bool{}
	for _, dir := range []string{".", "constraints"} {
		files, err := os.ReadDir(dir)
		require.NoError(t, err)
		for _, f := range files {
			if !strings.HasSuffix(f.Name(), ".go") || strings.HasSuffix(f.Name(), "_test.go") {
				continue
			}
			file, err := parser.ParseFile(token.NewFileSet(), dir+"/"+f.Name(), nil, 0)
			require.NoError(t, err)
			ast.Inspect(file, func(n ast.Node) bool {
				if id, ok := n.(*ast.Ident); ok {
					have[id.Name] = true
				}
				return true
			})
		}
	}
	for _, name := range strings.Fields(string(want["names"].Bytes())) {
		goName := elsewhere[name]
		if goName == "" {
			for _, part := range strings.Split(name, "_") {
				goName += strings.ToUpper(part[:1]) + part[1:]
			}
		}
		require.True(t, have[goName], "torch.distributions has %s, and nothing here is named %s", name, goName)
	}
}
