package emoji10

import "strings"

const numClasses = 10

// Classes returns the names of the 10 classes, in Unicode's order; a sample's Label is an index into it.
func Classes() []string {
	return []string{
		"Smileys & Emotion", "People & Body", "Animals", "Plants & Nature", "Food & Drink",
		"Travel & Places", "Activities", "Objects", "Symbols", "Flags",
	}
}

// classOf returns the class of an emoji in Unicode's group and subgroup, and false for a group that has none here.
func classOf(group, subgroup string) (int, bool) {
	if group == "Animals & Nature" {
		group = "Plants & Nature"
		if strings.HasPrefix(subgroup, "animal") {
			group = "Animals"
		}
	}
	for i, name := range Classes() {
		if name == group {
			return i, true
		}
	}
	return 0, false
}
