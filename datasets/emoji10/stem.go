package emoji10

import (
	"slices"
	"strings"
)

// hexcode returns the key that pictures and texts share: code points in upper-case hexadecimal, joined by "-", without
// the variation selector FE0F, which the two sources use differently.
func hexcode(code string) string {
	points := strings.Split(strings.ToUpper(code), "-")
	return strings.Join(slices.DeleteFunc(points, func(p string) bool { return p == "FE0F" }), "-")
}

// stemDrops are the code points that only make a variant: the joiner, female and male signs, and the arrow for "facing
// right".
var stemDrops = []string{"200D", "2640", "2642", "27A1"}

// stemParts replaces a person of one gender or age group by the neutral one, and the older one-code emoji for several
// people by their newer spelling.
var stemParts = map[string]string{
	"1F468": "1F9D1", "1F469": "1F9D1", // man, woman: person
	"1F466": "1F9D2", "1F467": "1F9D2", // boy, girl: child
	"1F474": "1F9D3", "1F475": "1F9D3", // old man, old woman: older person
	"1F934": "1FAC5", "1F478": "1FAC5", // prince, princess: person with crown
	"1F930": "1FAC4", "1FAC3": "1FAC4", // pregnant woman, pregnant man: pregnant person
	"1F483": "1F57A",            // woman dancing: man dancing
	"1F385": "1F9D1-1F384",      // Santa Claus: Mx Claus
	"1F936": "1F9D1-1F384",      // Mrs. Claus
	"1F46B": "1F9D1-1F91D",      // woman and man holding hands: people holding hands
	"1F46C": "1F9D1-1F91D",      // men holding hands
	"1F46D": "1F9D1-1F91D",      // women holding hands
	"1F491": "1F9D1-2764",       // couple with heart: person, heart
	"1F48F": "1F9D1-2764-1F48B", // kiss: person, heart, kiss mark
	"1F46A": "1F9D1-1F9D2",      // family: adult, child
}

// stem returns what an emoji has in common with its variants by gender, by direction and, for families, by members:
// "man running: facing right" and "woman running" have the stem of "person running", 1F3C3. Most emoji have no variants
// and are their own stem.
func stem(hexcode string) string {
	var points []string
	for _, p := range strings.Split(hexcode, "-") {
		if neutral, ok := stemParts[p]; ok {
			p = neutral
		}
		for _, p := range strings.Split(p, "-") {
			if !slices.Contains(stemDrops, p) && !slices.Contains(points, p) {
				points = append(points, p)
			}
		}
	}
	if len(points) == 0 { // the female sign itself
		return hexcode
	}
	return strings.Join(points, "-")
}
