package nn_test

import (
	"fmt"
	"slices"

	"multitorch/nn"
	"multitorch/torch"
)

// recurrentRows has the samples of module_db in torch.testing._internal.common_modules; recurrent_test.go has
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
					keywords := fmt.Sprintf("num_layers=2, bias=%s, batch_first=%s, bidirectional=%s", python(bias), python(first), python(both))
					opts := []nn.RNNOption{nn.NumLayers(2), nn.Bias(bias), nn.BatchFirst(first), nn.Bidirectional(both)}
					for _, nonlinearity := range []string{"tanh", "relu"} {
						rows = append(rows, row{
							python: fmt.Sprintf("nn.RNN(2, %d, nonlinearity='%s', %s)", hidden, nonlinearity, keywords),
							make:   func() nn.Module { return nn.NewRNN(2, hidden, append(opts, nn.Nonlinearity(nonlinearity))...) },
							inputs: inputs,
						})
					}
					three := append(slices.Clone(inputs), inputs[1])
					rows = append(
						rows,
						row{
							python: fmt.Sprintf("nn.GRU(2, %d, %s)", hidden, keywords), inputs: inputs,
							make: func() nn.Module { return nn.NewGRU(2, hidden, opts...) },
						},
						row{
							python: fmt.Sprintf("nn.LSTM(2, %d, %s)", hidden, keywords), inputs: three, call: lstmCall,
							make: func() nn.Module { return nn.NewLSTM(2, hidden, opts...) },
						},
					)
				}
			}
		}
	}
	return append(rows, cellRows()...)
}

// lstmCall is the call of an LSTM, or of an LSTMCell, in a row: states are arguments and results of their own.
const (
	lstmCall     = "(lambda y, h: (y, *h))(*m(x[0], None if x[1] is None else (x[1], x[2])))"
	lstmCellCall = "m(x[0], None if x[1] is None else (x[1], x[2]))"
)

func cellRows() (rows []row) {
	batch, single := in(randn(3, 5), randn(3, 4)), in(randn(5), randn(4))
	for _, inputs := range [][]input{batch, single, in(randn(3, 5), nil)} {
		three := append(slices.Clone(inputs), nil)
		if inputs[1] != nil {
			three[2] = inputs[1]
		}
		for code, opts := range map[string][]nn.CellOption{"": nil, ", bias=False": {nn.Bias(false)}, ", dtype=torch.float32": {nn.DType(torch.Float32)}} {
			rows = append(
				rows,
				row{python: "nn.RNNCell(5, 4" + code + ")", make: func() nn.Module { return nn.NewRNNCell(5, 4, opts...) }, inputs: inputs},
				row{python: "nn.GRUCell(5, 4" + code + ")", make: func() nn.Module { return nn.NewGRUCell(5, 4, opts...) }, inputs: inputs},
				row{python: "nn.LSTMCell(5, 4" + code + ")", make: func() nn.Module { return nn.NewLSTMCell(5, 4, opts...) }, inputs: three, call: lstmCellCall},
			)
		}
		rows = append(rows, row{
			python: "nn.RNNCell(5, 4, nonlinearity='relu')",
			make:   func() nn.Module { return nn.NewRNNCell(5, 4, nn.Nonlinearity("relu")) },
			inputs: inputs,
		})
	}
	return rows
}

func python(b bool) string {
	if b {
		return "True"
	}
	return "False"
}
