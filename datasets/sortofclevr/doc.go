// Package sortofclevr is Sort-of-CLEVR (Santoro et al., "A simple neural network module for relational reasoning", 2017,
// https://arxiv.org/abs/1706.01427): pictures of six objects, each of another colour, with questions about them. It is
// generated, so there is nothing to download; the same seed gives the same data.
//
//	data := sortofclevr.Generate(sortofclevr.Options{})
//	view := data.Train.As(sortofclevr.Pixels, sortofclevr.English)
//	loader, err := datasets.NewBatchLoader(view, datasets.BatchSize(64), datasets.Shuffle(true))
//	for batch, err := range loader.All(ctx) {
//		logits := model.Forward(batch.Image, batch.Tokens) // float32 [64, 3, 75, 75] and int64 [64, 20, 16]
//		loss := criterion.Forward(logits, batch.Target)    // int64 [64, 20]
//	}
//
// A scene can be seen as [Pixels] or as a [State], the description of its objects. There are twenty questions about each:
// ten about one object (its shape, on which side it lies) and ten that relate it to the others (the shape of the closest and
// of the furthest one, how many have its shape). They can be put as [Bits], the paper's eleven, in [English], in several
// phrasings, or as a [Dialogue] in which "it" is the object of the question before.
//
// The paper's figures are recomputed by many programs; in one that is often copied the object itself is kept from being its
// own closest one by a distance of 999, while distances are squared and reach 8,192. Here it is left out.
package sortofclevr
