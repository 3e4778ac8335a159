package serve

import (
	"net/http"
	"reflect"
	"strconv"
	"strings"
)

// object is an object of JSON.
type object = map[string]any

// description is the OpenAPI document of an app's routes.
func (s *Server) description(a *App) object {
	paths := object{}
	for _, o := range s.operations(a) {
		paths[o.pattern] = object{strings.ToLower(o.method): s.describe(o)}
	}
	return object{
		"openapi": "3.0.3",
		"info": object{
			"title": a.About.Title, "version": "1",
			"description": "Answers by the model " + strconv.Quote(a.About.Model) + ". What is wrong with a request is said in its answer, with the field's name.",
		},
		"paths": paths,
		"components": object{"schemas": object{"Error": object{
			"type": "object", "required": []string{"error"},
			"properties": object{"error": object{
				"type": "object", "required": []string{"message"},
				"properties": object{
					"field":   object{"type": "string", "description": "The field that is wrong."},
					"message": object{"type": "string"},
				},
			}},
		}}},
	}
}

func (s *Server) describe(o operation) object {
	d := object{"operationId": o.id, "summary": o.summary}
	ok := object{"description": "The answer."}
	switch {
	case o.contentType != "":
		ok["content"] = object{o.contentType: object{"schema": object{"type": "string"}}}
	case o.schemaIsOpenJSON:
		ok["content"] = object{"application/json": object{"schema": object{"type": "object"}}}
	default:
		ok["content"] = object{"application/json": object{"schema": schemaOf(o.answer)}}
	}
	answers := object{"200": ok}
	for _, status := range o.answers {
		answer := object{"description": http.StatusText(status)}
		schema := object{"$ref": "#/components/schemas/Error"}
		if !o.body {
			schema = schemaOf(o.answer)
		}
		answer["content"] = object{"application/json": object{"schema": schema}}
		if status == http.StatusServiceUnavailable && o.body {
			answer["headers"] = object{"Retry-After": object{
				"description": "Seconds after which there may be room.", "schema": object{"type": "integer", "minimum": 1},
			}}
		}
		answers[strconv.Itoa(status)] = answer
	}
	d["responses"] = answers
	var query []object
	for _, f := range o.query {
		query = append(query, object{
			"name": f.Name, "in": "query", "required": f.Required, "description": f.Help, "schema": schemaOfField(f, false),
		})
	}
	if query != nil {
		d["parameters"] = query
	}
	if o.body {
		d["requestBody"] = object{"required": true, "content": object{
			"application/json":    object{"schema": schemaOfForm(o.fields, false)},
			"multipart/form-data": object{"schema": schemaOfForm(o.fields, true)},
		}}
	}
	return d
}

func schemaOfForm(fields []Field, multipart bool) object {
	properties, required := object{}, []string{}
	for _, f := range fields {
		properties[f.Name] = schemaOfField(f, multipart)
		if f.Required {
			required = append(required, f.Name)
		}
	}
	s := object{"type": "object", "properties": properties, "additionalProperties": false}
	if len(required) > 0 { // an empty list is not allowed
		s["required"] = required
	}
	return s
}

func schemaOfField(f Field, multipart bool) object {
	s := object{"type": "string"}
	switch {
	case f.Kind == Number:
		s["type"] = "number"
	case f.Kind == Integer:
		s["type"], s["minimum"], s["maximum"] = "integer", f.Min, f.Max
	case f.Kind == Choice:
		s["enum"] = f.Values
	case f.Kind.IsFile() && multipart:
		s["format"] = "binary"
	case f.Kind.IsFile():
		s["format"] = "byte"
	default:
		s["maxLength"] = f.longest()
	}
	help := f.Help
	switch f.Kind {
	case Picture:
		help = strings.TrimSpace(help + " A picture: PNG, JPEG, GIF, WebP, BMP or TIFF.")
	case Sound:
		help = strings.TrimSpace(help + " A sound: WAV, FLAC, MP3 or Ogg Vorbis.")
	}
	if help != "" {
		s["description"] = help
	}
	if f.Example != "" && f.Kind == Text {
		s["example"] = f.Example
	}
	return s
}

// schemaOf is the schema of what encoding/json makes of a type.
func schemaOf(t reflect.Type) object {
	switch t.Kind() {
	case reflect.Pointer:
		return schemaOf(t.Elem())
	case reflect.String:
		return object{"type": "string"}
	case reflect.Bool:
		return object{"type": "boolean"}
	case reflect.Float32, reflect.Float64:
		return object{"type": "number"}
	case reflect.Int, reflect.Int32, reflect.Int64:
		return object{"type": "integer"}
	case reflect.Slice, reflect.Array:
		return object{"type": "array", "items": schemaOf(t.Elem())}
	case reflect.Struct:
		properties, required := object{}, []string{}
		for i := range t.NumField() {
			f := t.Field(i)
			name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
			if name == "" {
				name = f.Name
			}
			if name == "-" || !f.IsExported() {
				continue
			}
			properties[name] = schemaOf(f.Type)
			if options != "omitempty" {
				required = append(required, name)
			}
		}
		s := object{"type": "object", "properties": properties}
		if len(required) > 0 {
			s["required"] = required
		}
		return s
	}
	return object{} // anything
}
