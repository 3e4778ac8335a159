package nn_test

import (
	"fmt"

	"multitorch/nn"
)

// recurrentRows has the samples of module_db in torch.testing._internal.common_modules; gru_test.go has
// more, with packed sequences.
func recurrentRows() (rows []row) {
	for _, bias := range []bool{false, true} {
		for _, first := range []bool{false, true} {
			for _, both := range []bool{false, true} {
				states := 2
				if both {
					states = 4
				}
				for hidden, inputs := range map[int][]input{2: in(randn(2, 2), nil), 3: in(randn(3, 2), randn(states, 3))} {
					rows = append(rows, row{
						python: fmt.Sprintf("nn.GRU(2, %d, num_layers=2, bias=%s, batch_first=%s, bidirectional=%s)", hidden, python(bias), python(first),
							python(both)),
						make: func() nn.Module {
							return nn.NewGRU(2, hidden, nn.NumLayers(2), nn.Bias(bias), nn.BatchFirst(first), nn.Bidirectional(both))
						},
						inputs: inputs,
					})
				}
			}
		}
	}
	return rows
}

func python(b bool) string {
	if b {
		return "True"
	}
	return "False"
}
