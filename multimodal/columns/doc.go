// Package columns makes inputs of a multimodal model out of the columns of a table, so that data of one's own trains a model
// without code, or with little:
//
//	t, err := table.Open("questions.csv") // picture,question,answer
//	set, err := columns.Prepare(ctx, t, columns.Config{}, log.Println)
//	model, err := multimodal.New(set.Schema.Model(columns.ModelConfig{}))
//	train, err := datasets.NewBatchLoader(set.Train, datasets.BatchSize(32), datasets.Shuffle(true))
//	for batch, err := range train.All(ctx) {
//		loss := criterion.Forward(model.Forward(batch.Inputs), batch.Target)
//		...
//	}
//
// A [Schema] is what has to be known of a table to make the same inputs again: kinds of columns, vocabularies, classes. It
// belongs into the checkpoint.
//
// Every picture and sound is read once before anything is trained; what is wrong is a list of rows ([BadRowsError]), or is
// skipped and counted where the caller says so. A cell that is empty is a modality that is missing.
package columns
