package main

import (
	"context"
	"fmt"
	"net"
	"strconv"
	"time"

	"multitorch/distributed/launch"
)

type launchCmd struct {
	Ranks    int           `short:"n" required:"" help:"Processes on this machine."`
	Nodes    int           `default:"1" help:"Machines; launch is called on each."`
	NodeRank int           `default:"0" help:"Which of the machines this is, from 0."`
	Master   string        `placeholder:"HOST:PORT" help:"Where machine 0 keeps the store in which ranks meet; several machines need it."`
	Restarts int           `default:"0" help:"How often all ranks are started again after one has failed."`
	Grace    time.Duration `default:"10s" help:"How long the others may take to end by themselves after one has failed."`
	Command  []string      `arg:"" passthrough:"" help:"The program and its arguments."`
}

// Run starts the command as several ranks. The exit status is that of the first that failed.
func (c *launchCmd) Run() error {
	config, err := c.config()
	if err != nil {
		return err
	}
	return launch.Run(context.Background(), config)
}

// Validate is called when the command line is read.
func (c *launchCmd) Validate() error {
	config, err := c.config()
	if err != nil {
		return err
	}
	return config.Check()
}

func (c *launchCmd) config() (launch.Config, error) {
	config := launch.Config{
		Command: c.Command, Ranks: c.Ranks, Nodes: c.Nodes, Node: c.NodeRank, Restarts: c.Restarts, Grace: c.Grace,
	}
	if len(config.Command) > 0 && config.Command[0] == "--" {
		config.Command = config.Command[1:]
	}
	if c.Master != "" {
		host, port, err := net.SplitHostPort(c.Master)
		if err == nil {
			config.Master = host
			config.Port, err = strconv.Atoi(port)
		}
		if err != nil {
			return config, fmt.Errorf("--master %s: expected HOST:PORT: %w", c.Master, err)
		}
	}
	return config, nil
}
