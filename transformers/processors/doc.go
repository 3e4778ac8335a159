// Package processors turns pictures and recordings into what pretrained models were trained on, as a folder's own
// preprocessor_config.json or processor_config.json says.
//
// [ImageProcessorFromPretrained] reads the settings of pictures. The pixels are those of Transformers' processors that
// work with Pillow: its resize in integers, its crops, and float32 made of bytes in the same steps, so that every number
// is the same. (Transformers' default, which works with torchvision, differs from its own Pillow kind by a grey level.)
//
// A setting that is not known is an error, for a picture that is prepared in another way than in training is wrong
// without anybody's noticing.
package processors
