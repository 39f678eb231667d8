// Sends the trace that expected.py lists, over the protocol that OTEL_EXPORTER_OTLP_PROTOCOL names.
package main

import (
	"context"
	"errors"
	"log"
	"os"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracegrpc"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

func main() {
	ctx := context.Background()
	exporter, err := newExporter(ctx)
	must(err)
	named, err := resource.Merge(
		resource.Default(),
		resource.NewSchemaless(attribute.String("service.name", "interop")),
	)
	must(err)
	provider := sdktrace.NewTracerProvider(
		sdktrace.WithBatcher(exporter), sdktrace.WithResource(named),
	)
	send(ctx, provider.Tracer("interop", trace.WithInstrumentationVersion("1.0")))
	must(provider.Shutdown(ctx))
}

func newExporter(ctx context.Context) (sdktrace.SpanExporter, error) {
	if os.Getenv("OTEL_EXPORTER_OTLP_PROTOCOL") == "grpc" {
		return otlptracegrpc.New(ctx)
	}
	return otlptracehttp.New(ctx)
}

func send(ctx context.Context, tracer trace.Tracer) {
	ctx, root := tracer.Start(ctx, "GET /orders/{id}",
		trace.WithSpanKind(trace.SpanKindServer),
		trace.WithAttributes(
			attribute.String("order.customer", "Zoë 注文"),
			attribute.Bool("order.express", true),
			attribute.Int64("order.number", 1<<53-1),
			attribute.Float64("order.total", 42.5),
			attribute.StringSlice("order.skus", []string{"anvil", "rope"}),
			attribute.IntSlice("order.quantities", []int{1, -20}),
		))
	defer root.End()
	root.AddEvent("order.received", trace.WithAttributes(attribute.Int("attempt", 0)))

	_, price := tracer.Start(ctx, "order.price")
	price.SetStatus(codes.Ok, "")
	price.End()

	_, charge := tracer.Start(ctx, "POST", trace.WithSpanKind(trace.SpanKindClient))
	charge.RecordError(errors.New("card declined"), trace.WithStackTrace(true))
	charge.SetStatus(codes.Error, "card declined")
	charge.End()

	_, publish := tracer.Start(ctx, "orders publish",
		trace.WithSpanKind(trace.SpanKindProducer),
		trace.WithLinks(trace.Link{
			SpanContext: trace.NewSpanContext(trace.SpanContextConfig{
				TraceID:    trace.TraceID{0x0a, 0xf7, 0x65, 0x19, 0x16, 0xcd, 0x43, 0xdd, 0x84, 0x48, 0xeb, 0x21, 0x1c, 0x80, 0x31, 0x9c},
				SpanID:     trace.SpanID{0xb7, 0xad, 0x6b, 0x71, 0x69, 0x20, 0x33, 0x31},
				TraceFlags: trace.FlagsSampled,
			}),
			Attributes: []attribute.KeyValue{attribute.String("link.reason", "previous order")},
		}))
	publish.End()
}

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
