// Package crt lets vendoring copy the headers beside it.
package crt
