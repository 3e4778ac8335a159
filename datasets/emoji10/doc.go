// Package emoji10 is a real data set of pictures and their names in 10 classes: 1,906 emoji, each drawn by two vendors.
//
// The pictures are Google's Noto Emoji (Apache-2.0) and Twitter's Twemoji (CC-BY-4.0), the names and tags are
// emojibase's (MIT), and the classes are Unicode's emoji groups:
//
//	Smileys & Emotion 169   People & Body 386   Animals 130      Plants & Nature 29   Food & Drink 131
//	Travel & Places 218     Activities 85       Objects 264      Symbols 224          Flags 270
//
// Unicode's group "Animals & Nature" is two classes here, told apart by the subgroup (those that begin with "animal"),
// and the group "Component" (five skin tones) is left out. Skin-tone variants of other emoji are not part of the data.
//
// Open gives the data, however much has to be done for it: the three npm packages are fetched by npm itself and checked
// against the checksums kept here, pictures and names are joined and scaled once, and later calls read the prepared
// files in some tens of milliseconds:
//
//	data, err := emoji10.Open(ctx, "", log.Println)
//	sides := data.Split(emoji10.Options{})
//	for i := range sides.Train.Len() {
//		s := sides.Train.At(i) // s.Image, s.Tokens, s.Length, s.Label
//	}
//
// # The prepared files
//
// Two files that any language reads without a library. emoji10.u8 is the pictures as raw bytes, unsigned, row-major,
// shape [1906, 2, 3, 32, 32]: emoji, vendor (google, twitter), channel (red, green, blue), row, column. emoji10.json
// says what they show:
//
//	{
//	  "version": 1,
//	  "sources": ["emoji-datasource-google@16.0.0", ...],
//	  "classes": ["Smileys & Emotion", ...],
//	  "vendors": ["google", "twitter"],
//	  "pixels": {"file": "emoji10.u8", "shape": [1906, 2, 3, 32, 32], "sha256": "..."},
//	  "emoji": [{"hexcode": "1F600", "stem": "1F600", "label": "grinning face", "class": 0,
//	             "label_tokens": ["grinning", "face"], "tag_tokens": ["grinning", "face", "cheerful", ...]}, ...]
//	}
//
// The package knows nothing of tensors: everything here is a Go slice, and the layer above makes tensors of it.
package emoji10
