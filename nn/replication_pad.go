package nn

// ReplicationPad1d pads sequences with the elements at their edge, as torch.nn.ReplicationPad1d.
type ReplicationPad1d struct{ padding }

// NewReplicationPad1d makes a padding of one number for left and right, or a [Size] of both.
func NewReplicationPad1d[S IntOrSize](padding S) *ReplicationPad1d {
	m := &ReplicationPad1d{}
	m.init("ReplicationPad1d", 1, "replicate", sizeOf(padding))
	return m
}

// ReplicationPad2d pads pictures with the elements at their edge, as torch.nn.ReplicationPad2d.
type ReplicationPad2d struct{ padding }

// NewReplicationPad2d makes a padding of one number for all sides, or a [Size]: left, right,
// top, bottom.
func NewReplicationPad2d[S IntOrSize](padding S) *ReplicationPad2d {
	m := &ReplicationPad2d{}
	m.init("ReplicationPad2d", 2, "replicate", sizeOf(padding))
	return m
}

// ReplicationPad3d pads volumes with the elements at their edge, as torch.nn.ReplicationPad3d.
type ReplicationPad3d struct{ padding }

// NewReplicationPad3d makes a padding of one number for all sides, or a [Size]: left, right,
// top, bottom, front, back.
func NewReplicationPad3d[S IntOrSize](padding S) *ReplicationPad3d {
	m := &ReplicationPad3d{}
	m.init("ReplicationPad3d", 3, "replicate", sizeOf(padding))
	return m
}
