package transformers

import (
	"multitorch/nn"
	"multitorch/torch"
)

// must checks the settings of a model that is made; what makes no sense panics, as an argument of tensor code.
func must(c Config) {
	if err := checkConfig(c); err != nil {
		panic(invalid("config", "%v", err))
	}
}

// newEmbedding makes a table whose padding, if any, is not trained.
func newEmbedding(num, dim int, padding *int) *nn.Embedding {
	if padding == nil {
		return nn.NewEmbedding(num, dim)
	}
	return nn.NewEmbedding(num, dim, nn.PaddingIdx(*padding))
}

// sumEmbeddings is the sum of the vectors of a token, its text (types may be nil) and its place, normalised [N, L, features].
func sumEmbeddings(in BertInput, words, types, places *nn.Embedding, norm *nn.LayerNorm, drop *nn.Dropout) *torch.Tensor {
	var on passing
	defer on.free()
	x := in.InputsEmbeds
	if x == nil {
		x = on.way(words.Forward(in.InputIDs))
	}
	length, device := x.Size(1), x.Device()
	if types != nil {
		ids := in.TokenTypeIDs
		if ids == nil {
			texts := 1
			if torch.IsGradEnabled() && types.Weight.RequiresGrad() {
				texts = x.Size(0) // a gradient is summed in another order where one row is for all texts
			}
			ids = on.way(torch.Zeros(torch.Shape{texts, length}, torch.Int64, device))
		}
		x = on.way(x.Add(on.way(types.Forward(ids))))
	}
	ids := in.PositionIDs
	if ids == nil {
		ids = on.way(on.way(torch.Arange(0, length, 1, torch.Int64, device)).Unsqueeze(0))
	}
	x = on.way(x.Add(on.way(places.Forward(ids))))
	return dropout(drop, norm.Forward(x))
}

// dropout is d of x, which it frees unless it is the result.
func dropout(d *nn.Dropout, x *torch.Tensor) *torch.Tensor {
	y := d.Forward(x)
	if y != x {
		x.Free()
	}
	return y
}

// activate is f of x, which it frees unless it is the result.
func activate(f Activation, x *torch.Tensor) *torch.Tensor {
	y := f(x)
	if y != x {
		x.Free()
	}
	return y
}

// To moves a batch to a device.
func (in BertInput) To(d torch.Device) BertInput {
	for _, t := range []**torch.Tensor{
		&in.InputIDs, &in.AttentionMask, &in.TokenTypeIDs, &in.PositionIDs, &in.InputsEmbeds, &in.Labels, &in.StartPositions, &in.EndPositions,
	} {
		if *t != nil {
			*t = (*t).To(d)
		}
	}
	return in
}

// check finds out what no operator would say as well: whether a batch is one, and whether its texts are too long.
func (in BertInput) check(model string, longest int) {
	if (in.InputIDs == nil) == (in.InputsEmbeds == nil) {
		panic(invalid(model, "expected InputIDs or InputsEmbeds, and not both"))
	}
	var shape torch.Shape
	switch {
	case in.InputIDs != nil:
		if shape = in.InputIDs.Shape(); len(shape) != 2 {
			panic(invalid(model, "expected InputIDs [texts, tokens], but got the shape %v", shape))
		}
	default:
		if shape = in.InputsEmbeds.Shape(); len(shape) != 3 {
			panic(invalid(model, "expected InputsEmbeds [texts, tokens, features], but got the shape %v", shape))
		}
		shape = shape[:2]
	}
	if shape[0] == 0 || shape[1] == 0 {
		panic(invalid(model, "expected at least one text of at least one token, but got the shape %v", shape))
	}
	if shape[1] > longest {
		panic(invalid(model, "texts of %d tokens: expected at most %d (max_position_embeddings); cut them", shape[1], longest))
	}
	for _, t := range []struct {
		name string
		*torch.Tensor
	}{{"AttentionMask", in.AttentionMask}, {"TokenTypeIDs", in.TokenTypeIDs}} {
		if t.Tensor == nil {
			continue
		}
		if got := t.Shape(); len(got) != 2 || got[0] != shape[0] || got[1] != shape[1] {
			panic(invalid(model, "expected %s %v as the tokens, but got the shape %v", t.name, shape, got))
		}
	}
	checkPlaces(model, in.PositionIDs, shape)
}

// checkPlaces finds out whether positions are for tokens [N, L]: of each text, or of all.
func checkPlaces(model string, positions *torch.Tensor, tokens torch.Shape) {
	if positions == nil {
		return
	}
	if got := positions.Shape(); len(got) != 2 || got[0] != 1 && got[0] != tokens[0] || got[1] != tokens[1] {
		panic(invalid(model, "expected PositionIDs [%d, %d], or [1, %d] for all texts, but got the shape %v", tokens[0], tokens[1], tokens[1], got))
	}
}
