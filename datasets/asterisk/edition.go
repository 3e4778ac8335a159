package asterisk

import (
	"fmt"
	"path"
	"slices"

	"multitorch/internal/source"
)

// edition is one language's two packages, pinned to the byte.
type edition struct {
	language      string
	texts, sounds source.Package
	clips         int // WAV files
}

// version is that of Debian's packages.
const version = "1.6.1-1"

// newEdition describes the packages of a language. What is kept of each is the package itself, as apt-get delivers it.
func newEdition(language string, clips int, texts, sounds source.File) edition {
	pkg := func(name string, deb source.File) source.Package {
		deb.Path = fmt.Sprintf("%s_%s_all.deb", name, version)
		return source.Package{Manager: source.APT, Spec: name, Files: []source.File{deb}}
	}
	name := "asterisk-core-sounds-" + language
	return edition{language: language, clips: clips, texts: pkg(name, texts), sounds: pkg(name+"-wav", sounds)}
}

func (e edition) set() source.Set {
	return source.Set{Name: "asterisk", Packages: []source.Package{e.texts, e.sounds}}
}

// transcripts is the name of the list of transcripts in the package of texts.
func (e edition) transcripts() string {
	name := "asterisk-core-sounds-" + e.language
	return path.Join("usr/share/doc", name, "core-sounds-"+e.language+".txt.gz")
}

// editions are the languages, English first.
var editions = []edition{
	newEdition("en", 568,
		source.File{Size: 22_844, SHA512: "08f614ec1eea5d93cfc84bc9b318f494424983e38aa99eab69caf1ea288233d8" +
			"69cea195f118f2a48d0c369ee6aebfc7b270d23d4c4bcaeda0ae10c9b35b9fb0"},
		source.File{Size: 18_272_864, SHA512: "8c477115c67cb1eada8a3de6cd492ffbee705052ab9a94cdb6d5d062b9ec5841" +
			"44cbc6e4766e6ce26bcabb8b61e4698628690f3f09947005347ca096e6f9c50d"}),
	newEdition("es", 527,
		source.File{Size: 22_012, SHA512: "f17236fe5dc5727326b472ba80fa51c87563cdfae70d9c131533efeac641faa5" +
			"f8bf45b45d3ed5e965df034935729a4ec4f590b4255f31e9705942e00166ca6f"},
		source.File{Size: 23_767_256, SHA512: "552ffa9c1a16992fab17e1a4bcedb1d4c40f6e16ebcf3621df5e60301f6abf65" +
			"c53fbe3eb8a2d5807ad32dcdff506311e84df47770a7a8abf4b9450d37b0c7d4"}),
	newEdition("fr", 561,
		source.File{Size: 23_152, SHA512: "1e307119743f74a7b8689249ad40799e1d1b10f5c6c28f2ead1f041316d07e43" +
			"2c599e5b16d98f7acb10ee224249736b35afd541f054eb18870ca15c645b2af5"},
		source.File{Size: 18_516_060, SHA512: "843ec85a4662364467547030ee414f559bed78c4e68034fbf973482eb8c42114" +
			"91ff0e9a83e4c6ec148fdbe92e9def58ed11a30686466a3b563460ebb103e6a3"}),
	newEdition("it", 599,
		source.File{Size: 23_972, SHA512: "d20ae516c4c54e274cb4f148f46b7cdbc012dcce8f546e9c50223426ac1d9dff" +
			"94f56f8a7fec4b420be812625e9a9d0f6971193f452f5ae873a7f68bd51d55cd"},
		source.File{Size: 18_262_124, SHA512: "349b616157cd4cf408b55545a2aab9b5c3718b1c91f7cff772144721c3e384e6" +
			"a8163bfd236615b974b56ba2296b8f9a57cf97f70ce711ebcbc5d662ef2473ef"}),
	newEdition("ru", 576,
		source.File{Size: 25_592, SHA512: "e7f55e73b24bd63f0ce2c9d044a55c026c8ae36468706448304d30fc54a58775" +
			"6f5ad20b5d857c361969cab84a1199979a1b0ff49fe034ecafa1a1dfcebc62fd"},
		source.File{Size: 18_788_860, SHA512: "f0e80225da3d7a8cb78f0a4bfb0447d737ccb8a5e92efb1b56f0f0ad654ad336" +
			"b04b32ee66dd36c7ed028390ce69209956f80169b40846f5603e823e5520b026"}),
}

// Languages are the languages that there are prompts in: en, es, fr, it and ru.
func Languages() []string {
	var names []string
	for _, e := range editions {
		names = append(names, e.language)
	}
	return names
}

func editionOf(language string) (edition, error) {
	if language == "" {
		language = "en"
	}
	i := slices.IndexFunc(editions, func(e edition) bool { return e.language == language })
	if i < 0 {
		return edition{}, fmt.Errorf("asterisk: the language %.20q: expected one of %q", language, Languages())
	}
	return editions[i], nil
}
