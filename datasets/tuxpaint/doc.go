// Package tuxpaint is the stamps of Tux Paint, a drawing program for children: pictures of animals, clothes, food, vehicles
// and more, with a caption in up to 129 languages, and spoken captions in a dozen (French, Russian, Spanish, Bulgarian, …).
// Pictures, texts and speech of the same things: real data for three modalities.
//
//	data, err := tuxpaint.Open(ctx, "", log.Println)
//	for i, s := range data.Stamps {
//		picture, err := data.Image(i)
//		samples, rate, err := data.Speech(i, "fr")
//		fmt.Println(s.Category, s.Captions["en"], s.Captions["fr"])
//	}
//
// They are Debian's package tuxpaint-stamps-default (GPL-2, by Bill Kendrick and many others), which apt-get delivers and
// a checksum pins: the version of Debian 12 (161 MB), of Debian 13 or a later one (81 MB), whichever the system has. The pictures
// that are PNG files and have a caption are kept, 785 in Debian 12 and 951 since; drawings (SVG) are not. Figures are of one version.
//
// # The prepared files
//
// Two files, made once from the package. tuxpaint.data is the pictures and the spoken captions as they are in the package,
// one after the other. tuxpaint.json says what they are:
//
//	{
//	  "version": 1,
//	  "source": "tuxpaint-stamps-default_2022.06.04-1_all.deb",
//	  "data": {"file": "tuxpaint.data", "size": 93650433},
//	  "stamps": [{"name": "animals/birds/blackbird", "category": "animals", "captions": {"en": "A blackbird.", "fr": "Un merle."},
//	              "image": {"at": 0, "size": 63210, "crc32": 305419896}, "speech": {"fr": {"at": 63210, ...}}}, ...]
//	}
package tuxpaint
