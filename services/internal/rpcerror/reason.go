package rpcerror

import "google.golang.org/protobuf/reflect/protoreflect"

// A Reason is a value of an ErrorReason enum.
type Reason interface {
	String() string
	Descriptor() protoreflect.EnumDescriptor
}
