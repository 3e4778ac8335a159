// Package asterisk is the prompts of the telephone exchange Asterisk (Digium, CC-BY-SA-3.0) as data for speech recognition:
// one professional speaker for each language, 8 kHz mono, with transcripts. English has 568 clips; 466 of them, 13 minutes,
// are speech of at most six seconds that is written without digits, which is the default.
//
//	data, err := asterisk.Open(ctx, "", asterisk.Options{}, log.Println)
//	sides := data.Split(asterisk.SplitOptions{})
//	for _, clip := range sides.Train {
//		fmt.Println(clip.Name, clip.Rate, len(clip.Samples), clip.Words())
//	}
//
// Open gets two packages of Debian's by apt-get, 18 MB, without installing them, and checks them against the checksums kept
// here; later calls read them from the folder.
//
// It is a demonstration and no benchmark: one speaker, a few hundred words, and prompts that begin and end with the same
// phrases. The random split tests phrases that were learned from; [SplitOptions].Strict does not.
package asterisk
