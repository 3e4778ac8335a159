package pickle

import (
	"errors"
	"fmt"
)

// The opcodes, by the names that pickletools gives them.
const (
	opProto, opFrame, opStop                            = 0x80, 0x95, '.'
	opMark, opPop, opPopMark, opDup                     = '(', '0', '1', '2'
	opNone, opNewTrue, opNewFalse                       = 'N', 0x88, 0x89
	opBinInt, opBinInt1, opBinInt2                      = 'J', 'K', 'M'
	opLong1, opLong4, opBinFloat                        = 0x8a, 0x8b, 'G'
	opBinString, opShortBinString                       = 'T', 'U'
	opBinBytes, opShortBinBytes, opBinBytes8, opBytes8  = 'B', 'C', 0x8e, 0x96
	opBinUnicode, opShortBinUnicode, opBinUnicode8      = 'X', 0x8c, 0x8d
	opEmptyTuple, opTuple, opTuple1, opTuple2, opTuple3 = ')', 't', 0x85, 0x86, 0x87
	opEmptyList, opAppend, opAppends                    = ']', 'a', 'e'
	opEmptyDict, opSetItem, opSetItems                  = '}', 's', 'u'
	opBinGet, opLongBinGet                              = 'h', 'j'
	opBinPut, opLongBinPut, opMemoize                   = 'q', 'r', 0x94
	opGlobal, opStackGlobal                             = 'c', 0x93
	opReduce, opNewObj, opBuild, opBinPersID            = 'R', 0x81, 'b', 'Q'
)

// step does what one opcode asks for.
func (r *run) step(op byte) error {
	switch op {
	case opProto:
		v, err := r.r.byte()
		if err == nil && v > 5 {
			err = fmt.Errorf("it is of protocol %d; known are those up to 5", v)
		}
		return err
	case opFrame:
		n, err := r.r.uint(8)
		if err == nil && n > uint64(max(r.r.left, 0)) {
			err = errEnds
		}
		return err
	case opMark:
		r.marks = append(r.marks, len(r.stack))
		return nil
	case opPop:
		if n := len(r.marks); n > 0 && r.marks[n-1] == len(r.stack) {
			r.mark()
			return nil
		}
		_, err := r.pop()
		return err
	case opPopMark:
		_, err := r.popMark()
		return err
	case opReduce, opNewObj:
		return r.call()
	case opBinPersID:
		return r.persistent()
	case opBuild:
		return r.build()
	case opAppend:
		items, err := r.popN(1)
		if err != nil {
			return err
		}
		return r.extend(items)
	case opAppends:
		items, err := r.popMark()
		if err != nil {
			return err
		}
		return r.extend(items)
	case opSetItem:
		items, err := r.popN(2)
		if err != nil {
			return err
		}
		return r.setItems(items)
	case opSetItems:
		items, err := r.popMark()
		if err != nil {
			return err
		}
		return r.setItems(items)
	case opBinPut, opLongBinPut, opMemoize:
		return r.put(op)
	case opGlobal, opStackGlobal:
		return r.name(op)
	}
	v, err := r.value(op)
	if err == nil {
		r.push(v)
	}
	return err
}

// value is what an opcode pushes.
func (r *run) value(op byte) (any, error) {
	switch op {
	case opDup:
		return r.top()
	case opNone:
		return nil, nil
	case opNewTrue, opNewFalse:
		return op == opNewTrue, nil
	case opBinInt:
		n, err := r.r.uint(4)
		return int64(int32(n)), err
	case opBinInt1:
		n, err := r.r.uint(1)
		return int64(n), err
	case opBinInt2:
		n, err := r.r.uint(2)
		return int64(n), err
	case opLong1:
		return r.r.long(1)
	case opLong4:
		return r.r.long(4)
	case opBinFloat:
		return r.r.float()
	case opShortBinString, opShortBinUnicode, opShortBinBytes:
		return r.text(op, 1)
	case opBinString, opBinUnicode, opBinBytes:
		return r.text(op, 4)
	case opBinUnicode8, opBinBytes8, opBytes8:
		return r.text(op, 8)
	case opEmptyTuple:
		return &Tuple{}, r.budget.Spend(valueCost)
	case opTuple1, opTuple2, opTuple3:
		items, err := r.popN(int(op-opTuple1) + 1)
		return &Tuple{items}, errors.Join(err, r.budget.Spend(valueCost))
	case opTuple:
		items, err := r.popMark()
		return &Tuple{items}, errors.Join(err, r.budget.Spend(valueCost))
	case opEmptyList:
		return &List{}, r.budget.Spend(valueCost)
	case opEmptyDict:
		return &Dict{}, r.budget.Spend(valueCost)
	case opBinGet, opLongBinGet:
		return r.get(op)
	}
	return nil, fmt.Errorf("the opcode %#02x is unknown, or not one that tensors and plain data need", op)
}

// text is a string or bytes with a length of so many bytes before it.
func (r *run) text(op byte, width int) (any, error) {
	b, err := r.r.counted(width)
	switch op {
	case opShortBinBytes, opBinBytes, opBinBytes8, opBytes8:
		return b, err
	}
	return string(b), err
}

func (r *run) put(op byte) error {
	v, err := r.top()
	if err != nil {
		return err
	}
	at := uint64(len(r.memo))
	switch op {
	case opBinPut:
		at, err = r.r.uint(1)
	case opLongBinPut:
		at, err = r.r.uint(4)
	}
	if err == nil {
		err = r.budget.Spend(memoCost)
	}
	if err == nil {
		r.memo[at] = v
	}
	return err
}

func (r *run) get(op byte) (any, error) {
	width := 1
	if op == opLongBinGet {
		width = 4
	}
	at, err := r.r.uint(width)
	if err != nil {
		return nil, err
	}
	v, known := r.memo[at]
	if !known {
		return nil, fmt.Errorf("it takes value %d from its memo, where none is", at)
	}
	return v, nil
}

// name pushes a global.
func (r *run) name(op byte) error {
	if op == opStackGlobal {
		both, err := r.popN(2)
		if err != nil {
			return err
		}
		module, ok := both[0].(string)
		name, also := both[1].(string)
		if !ok || !also {
			return errors.New("a global's name is no string")
		}
		return r.global(module, name)
	}
	module, err := r.r.line()
	if err != nil {
		return err
	}
	name, err := r.r.line()
	if err != nil {
		return err
	}
	return r.global(module, name)
}
