package sortofclevr

import (
	"fmt"
	"math/rand/v2"
	"slices"
)

// What a scene is made of: a picture of Size x Size pixels with one object of each colour, which reaches Radius pixels from
// its centre to every side.
const (
	Size   = 75
	Radius = 5
	// Objects is the number of objects of a scene.
	Objects = 6
	// apart is the least distance of two centres. At this distance two objects can cover each other's corners.
	apart = 2 * Radius
)

// Color is the colour of an object, by which questions name it.
type Color uint8

// The colours, in the order of a scene's objects.
const (
	Red Color = iota
	Blue
	Green
	Orange
	Yellow
	Gray
)

var colorNames = []string{"red", "blue", "green", "orange", "yellow", "gray"}

// String is the colour's name.
func (c Color) String() string { return colorNames[c] }

// Colors lists them.
func Colors() []Color { return []Color{Red, Blue, Green, Orange, Yellow, Gray} }

// Form is the shape of an object.
type Form uint8

// The forms.
const (
	Rectangle Form = iota
	Circle
)

// String is "rectangle" or "circle".
func (f Form) String() string { return [...]string{"rectangle", "circle"}[f] }

// Object is one object of a scene. X and Y are its centre, from the left and from the top.
type Object struct {
	Color Color
	Form  Form
	X, Y  int
}

// String names what it is and where.
func (o Object) String() string { return fmt.Sprintf("%s %s at (%d, %d)", o.Color, o.Form, o.X, o.Y) }

// Scene is six objects, in the order of their colours.
type Scene [Objects]Object

// NewScene draws a scene: forms are rectangles and circles with equal chances, centres whole pixels, uniform where the
// object lies inside the picture, and at least ten pixels from each other.
func NewScene(random *rand.Rand) (s Scene) {
	for i := range s {
		s[i] = Object{Color: Color(i), Form: Form(random.IntN(2))}
		for {
			s[i].X, s[i].Y = Radius+random.IntN(Size-2*Radius), Radius+random.IntN(Size-2*Radius)
			if !slices.ContainsFunc(s[:i], func(o Object) bool { return distance(o, s[i]) < apart*apart }) {
				break
			}
		}
	}
	return s
}

// distance is the square of the distance of two centres.
func distance(a, b Object) int { return (a.X-b.X)*(a.X-b.X) + (a.Y-b.Y)*(a.Y-b.Y) }

// Features is the length of an object's description in [Scene.State]: its colour, one of six, its form, one of two, and
// its centre.
const Features = 6 + 2 + 2

// State describes the scene in numbers, [Objects][Features]: colour and form as one-hot vectors, then x and y from -1 (left,
// top) to 1.
func (s Scene) State() []float32 {
	state := make([]float32, Objects*Features)
	for i, o := range s {
		d := state[i*Features:]
		d[o.Color] = 1
		d[6+o.Form] = 1
		const reach = middle - Radius
		d[8], d[9] = float32(o.X-middle)/reach, float32(o.Y-middle)/reach
	}
	return state
}
