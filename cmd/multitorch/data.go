package main

import "context"

type dataCmd struct {
	Task task `embed:""`
	dataFlag
}

// Run makes sure that the data is there, in a new folder if one is named, and counts it.
func (c *dataCmd) Run(ctx context.Context) error {
	if err := c.Task.load(ctx, c.DataDir, true); err != nil {
		return err
	}
	line, more := c.Task.data()
	printf("%s: %s%s\n", c.Task.info().title, more, line)
	return nil
}
