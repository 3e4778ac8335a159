package sortofclevr_test

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"multitorch/datasets/sortofclevr"
)

// The rows of OpenCV's cv2.circle(image, (6, 6), 5, colour, -1) and cv2.rectangle, as they were seen.
func TestDrawnAsOpenCVDraws(t *testing.T) {
	s := sortofclevr.NewScene(rand.New(rand.NewPCG(0, 1<<40)))
	drawn := s.Image(1)
	require.Equal(t, image.Rect(0, 0, 75, 75), drawn.Bounds())
	half := map[sortofclevr.Form][]int{sortofclevr.Circle: {5, 4, 4, 4, 3, 0}, sortofclevr.Rectangle: {5, 5, 5, 5, 5, 5}}
	white := color.RGBA{255, 255, 255, 255}
	for _, o := range s { // in this scene none covers another
		c := drawn.RGBAAt(o.X, o.Y)
		for dy := -5; dy <= 5; dy++ {
			for dx := -5; dx <= 5; dx++ {
				want := white
				if max(dx, -dx) <= half[o.Form][max(dy, -dy)] {
					want = c
				}
				require.Equal(t, want, drawn.RGBAAt(o.X+dx, o.Y+dy), "%v, %d, %d", o, dx, dy)
			}
		}
	}
	require.Equal(t, color.RGBA{255, 0, 0, 255}, drawn.RGBAAt(s[0].X, s[0].Y))
	require.Equal(t, color.RGBA{128, 128, 128, 255}, drawn.RGBAAt(s[5].X, s[5].Y))
}

// Pictures of every size that is taken give the scene's own pixels again, and its description.
func TestPicturesAndDescriptions(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := scene(t)
		scale := rapid.IntRange(1, 4).Draw(t, "scale")
		planar, err := sortofclevr.FromImage(s.Image(scale))
		require.NoError(t, err)
		require.Equal(t, s.Pixels(), planar)
		found, err := sortofclevr.Describe(planar)
		require.NoError(t, err)
		require.Equal(t, s, found)
	})
}

func TestDescribeBearsWithJPEG(t *testing.T) {
	for seed := range uint64(20) {
		s := sortofclevr.NewScene(rand.New(rand.NewPCG(seed, 1<<40)))
		var encoded bytes.Buffer
		require.NoError(t, jpeg.Encode(&encoded, s.Image(8), nil))
		m, err := jpeg.Decode(&encoded)
		require.NoError(t, err)
		planar, err := sortofclevr.FromImage(m)
		require.NoError(t, err)
		found, err := sortofclevr.Describe(planar)
		require.NoError(t, err)
		require.Equal(t, s, found)
	}
}

func TestPicturesThatAreNoScenes(t *testing.T) {
	for _, size := range []image.Rectangle{{}, image.Rect(0, 0, 76, 76), image.Rect(0, 0, 75, 150), image.Rect(3, 3, 3, 3)} {
		_, err := sortofclevr.FromImage(image.NewRGBA(size))
		require.ErrorContains(t, err, "expected a picture of 75 x 75 pixels, or of a multiple of that")
	}
	planar, err := sortofclevr.FromImage(image.NewNRGBA(image.Rect(10, 20, 85, 95)))
	require.NoError(t, err)
	require.Equal(t, bytes.Repeat([]byte{255}, 3*75*75), planar, "what is transparent is white")
	_, err = sortofclevr.Describe(planar)
	require.ErrorContains(t, err, "there is no red rectangle or circle")
	_, err = sortofclevr.Describe(planar[1:])
	require.ErrorContains(t, err, "expected 16875 bytes")

	random := rand.New(rand.NewPCG(1, 1))
	for i := range planar {
		planar[i] = uint8(random.IntN(256))
	}
	_, err = sortofclevr.Describe(planar)
	require.Error(t, err)

	missing := sortofclevr.NewScene(rand.New(rand.NewPCG(0, 1<<40)))
	missing[sortofclevr.Yellow] = missing[sortofclevr.Green]
	_, err = sortofclevr.Describe(missing.Pixels())
	require.ErrorContains(t, err, "there is no yellow rectangle")
}
