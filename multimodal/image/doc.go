// Package image is the pictures of a model: it reads files, makes pictures smaller, turns and colours them, finds edges
// and outlines, draws on them, and hands them over as tensors.
//
// One type holds a picture, [Image]: bytes in rows, [height, width, channels]. Every operation returns a new picture and
// leaves its input as it was. Sizes and points are given as tensors have them, height before width and y before x, which
// is the other way round in Pillow and OpenCV.
//
// Each operation is equal to an original that its comment names, on every pixel where nothing else is said:
//
//   - Pillow: Resize, Grey, HSV, YCbCr, Rotate, Affine, Perspective, Brightness and its like, BoxBlur, Median, Equalize;
//   - torchvision: the random transforms, which draw the same numbers from the same seed, GaussianBlur, [MakeGrid],
//     [ResizeTensor];
//   - OpenCV: Lab, morphology, thresholds, Sobel, Canny, contours, components.
//
// What does not fit the picture or makes no sense, such as a crop that is larger than the picture, is an error that the
// operation panics with, a [*torch.Error]; [Compose.Sample] and torch.Try return it. What reads or writes files returns
// its error.
package image
