// Package fashionmnist is Zalando's Fashion-MNIST (Xiao, Rasul and Vollgraf, 2017; MIT): 70,000 pictures of clothes, 28 x 28
// grey pixels each, in ten classes of 7,000; 60,000 to train on and 10,000 to test on, in the authors' split.
//
//	data, err := fashionmnist.Open(ctx, "", log.Println)
//	loader, err := datasets.NewLoader(data.Train, datasets.BatchSize(64), datasets.Shuffle(true))
//	for batch, err := range loader.All(ctx) {
//		logits := model.Forward(batch.Image) // float32 [64, 1, 28, 28], from 0 to 1
//		loss := criterion.Forward(logits, batch.Target)
//	}
//
// Open gets the four files, 31 MB, from Debian's package dataset-fashion-mnist by apt-get, without installing it, and
// checks them against the checksums kept here; later calls read them from the folder.
package fashionmnist
