// Package tensorboard writes and reads the event files that TensorBoard shows.
//
//	w, err := tensorboard.NewWriter(tensorboard.DefaultDir(""))
//	...
//	err = w.Scalar("loss/train", step, loss)
//	...
//	err = w.Close()
//
// The names follow torch.utils.tensorboard.SummaryWriter (https://pytorch.org/docs/stable/tensorboard.html): add_scalar
// is [Writer.Scalar], add_histogram is [Writer.Histogram], and so on. The records of all kinds but pictures are
// equal to those that PyTorch writes, byte for byte.
//
// An event file is a row of records. Each is a length, a checksum of the length, a protocol buffer of type Event, and a
// checksum of that. A training run that dies leaves at worst half a record at the end, which readers leave out.
package tensorboard
