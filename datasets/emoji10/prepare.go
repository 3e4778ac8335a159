package emoji10

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"image"
	"image/png"
	"path"
	"strings"
)

// Prepare makes the two prepared files from the packages in dir and returns the data set. It takes some seconds.
//
// The packages are checked first; they are fetched by Fetch, not here. Files that were prepared before are replaced, each
// in one step, and stay as they are when anything fails.
func Prepare(ctx context.Context, dir string, log func(string)) (*Data, error) {
	return emoji16.prepare(ctx, dir, log)
}

func (e edition) prepare(ctx context.Context, dir string, log func(string)) (*Data, error) {
	folder, err := Dir(dir)
	if err != nil {
		return nil, err
	}
	if err := e.set().Verify(folder); err != nil {
		return nil, err
	}
	return e.prepareVerified(ctx, folder, log)
}

// prepareVerified prepares packages that are known to be the expected ones.
func (e edition) prepareVerified(ctx context.Context, dir string, log func(string)) (*Data, error) {
	dir, err := Dir(dir)
	if err != nil {
		return nil, err
	}
	say(log, "preparing the pictures and names in %s", dir)
	drawn, err := e.readDrawn(ctx, dir)
	if err != nil {
		return nil, err
	}
	texts, err := e.readTexts(ctx, dir)
	if err != nil {
		return nil, err
	}
	data, files, err := e.join(drawn, texts)
	if err != nil {
		return nil, err
	}
	data.Dir = dir
	data.pixels = make([]uint8, len(files)*numVendors*imageBytes)
	for vendor := range numVendors {
		if err := e.readPictures(ctx, dir, vendor, files, data); err != nil {
			return nil, err
		}
	}
	if err := e.save(data); err != nil {
		return nil, err
	}
	say(log, "prepared %d emoji in %d classes", len(data.Emoji), numClasses)
	return data, nil
}

// drawn is an entry of emoji.json, which says what pictures there are. Skin tones are nested in their emoji and not read.
type drawn struct {
	Unified     string `json:"unified"`
	Image       string `json:"image"`
	Category    string `json:"category"`
	Subcategory string `json:"subcategory"`
}

// text is an entry of emojibase's data.json.
type text struct {
	Hexcode string   `json:"hexcode"`
	Label   string   `json:"label"`
	Tags    []string `json:"tags"`
}

// readDrawn reads the list of emoji. Both vendors' packages carry the same one.
func (e edition) readDrawn(ctx context.Context, dir string) ([]drawn, error) {
	var list []drawn
	err := readJSON(ctx, archive(e.pictures[0], dir), "package/emoji.json", &list)
	return list, err
}

// readTexts reads names and tags by hexcode.
func (e edition) readTexts(ctx context.Context, dir string) (map[string]text, error) {
	var list []text
	if err := readJSON(ctx, archive(e.texts, dir), "package/en/data.json", &list); err != nil {
		return nil, err
	}
	texts := make(map[string]text, len(list))
	for _, t := range list {
		texts[hexcode(t.Hexcode)] = t
	}
	return texts, nil
}

// readJSON decodes one file of a package.
func readJSON(ctx context.Context, path, name string, into any) error {
	found := false
	err := readPackage(ctx, path, func(n string) bool { return n == name }, func(_ string, content []byte) error {
		found = true
		if err := json.Unmarshal(content, into); err != nil {
			return err
		}
		return errStop
	})
	if err == nil && !found {
		err = fmt.Errorf("emoji10: package %s holds no %s; delete it and fetch again", path, name)
	}
	return err
}

// join puts pictures and texts together. It returns the data set without its pixels, and each emoji's picture file.
func (e edition) join(list []drawn, texts map[string]text) (*Data, []string, error) {
	data := &Data{}
	var files []string
	var counts [numClasses]int
	for _, d := range list {
		if d.Category == "Component" {
			continue
		}
		code := hexcode(d.Unified)
		class, ok := classOf(d.Category, d.Subcategory)
		if !ok {
			return nil, nil, fmt.Errorf("emoji10: emoji %s is in the unknown group %q", code, d.Category)
		}
		t, ok := texts[code]
		if !ok {
			return nil, nil, fmt.Errorf("emoji10: there is a picture of emoji %s, but no text in %s", code, e.texts.Spec)
		}
		labelTokens := Tokenize(t.Label)
		if len(labelTokens) == 0 {
			return nil, nil, fmt.Errorf("emoji10: the name of emoji %s, %q, has no word in it", code, t.Label)
		}
		tagTokens := Tokenize(t.Label + " " + strings.Join(t.Tags, " "))
		data.Emoji = append(data.Emoji, Emoji{
			Hexcode:     code,
			Stem:        stem(code),
			Label:       t.Label,
			Class:       class,
			LabelTokens: firstTokens(labelTokens),
			TagTokens:   firstTokens(tagTokens),
		})
		files = append(files, d.Image)
		counts[class]++
	}
	if counts != e.counts {
		return nil, nil, fmt.Errorf("emoji10: expected %v emoji in the classes %q, found %v", e.counts, Classes(), counts)
	}
	return data, files, nil
}

// readPictures scales a vendor's pictures into the data's pixels.
func (e edition) readPictures(ctx context.Context, dir string, vendor int, files []string, data *Data) error {
	missing := make(map[string]int, len(files)) // file name -> emoji
	for i, file := range files {
		missing[file] = i
	}
	packed, folder := archive(e.pictures[vendor], dir), "package/img/"+Vendors()[vendor]+"/64"
	wanted := func(name string) bool {
		_, ok := missing[path.Base(name)]
		return ok && path.Dir(name) == folder
	}
	err := readPackage(ctx, packed, wanted, func(name string, content []byte) error {
		pixels, err := readPicture(content)
		if err != nil {
			return err
		}
		copy(data.Image(missing[path.Base(name)], vendor), pixels)
		delete(missing, path.Base(name))
		return nil
	})
	if err != nil {
		return err
	}
	for file := range missing {
		return fmt.Errorf("emoji10: package %s lacks %d pictures in %s, among them %s", packed, len(missing), folder, file)
	}
	return nil
}

// readPicture scales one picture of a package, a PNG of 64 x 64 pixels.
func readPicture(content []byte) ([]uint8, error) {
	config, err := png.DecodeConfig(bytes.NewReader(content))
	if err != nil {
		return nil, err
	}
	if config.Width != 64 || config.Height != 64 {
		return nil, fmt.Errorf("expected a picture of 64 x 64 pixels, found %d x %d", config.Width, config.Height)
	}
	picture, _, err := image.Decode(bytes.NewReader(content))
	if err != nil {
		return nil, err
	}
	return overWhite(picture, ImageSize), nil
}

func firstTokens(tokens []string) []string { return tokens[:min(len(tokens), MaxTokens)] }
