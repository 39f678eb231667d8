// Sends what expected_*.py list, over the protocol that OTEL_EXPORTER_OTLP_PROTOCOL names.
package main

import (
	"context"
	"errors"
	"log"
	"os"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/exporters/otlp/otlplog/otlploggrpc"
	"go.opentelemetry.io/otel/exporters/otlp/otlplog/otlploghttp"
	"go.opentelemetry.io/otel/exporters/otlp/otlpmetric/otlpmetricgrpc"
	"go.opentelemetry.io/otel/exporters/otlp/otlpmetric/otlpmetrichttp"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracegrpc"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	otellog "go.opentelemetry.io/otel/log"
	"go.opentelemetry.io/otel/metric"
	sdklog "go.opentelemetry.io/otel/sdk/log"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

func main() {
	ctx := context.Background()
	spans, logs, metrics, err := newExporters(ctx)
	must(err)
	named, err := resource.Merge(
		resource.Default(),
		resource.NewSchemaless(attribute.String("service.name", "interop")),
	)
	must(err)
	tracers := sdktrace.NewTracerProvider(
		sdktrace.WithBatcher(spans), sdktrace.WithResource(named),
	)
	loggers := sdklog.NewLoggerProvider(
		sdklog.WithProcessor(sdklog.NewBatchProcessor(logs)), sdklog.WithResource(named),
	)
	meters := sdkmetric.NewMeterProvider(
		sdkmetric.WithReader(sdkmetric.NewPeriodicReader(metrics)),
		sdkmetric.WithResource(named),
		sdkmetric.WithView(sdkmetric.NewView(
			sdkmetric.Instrument{Name: "order.weight"},
			sdkmetric.Stream{Aggregation: sdkmetric.AggregationBase2ExponentialHistogram{
				MaxSize: 160, MaxScale: 20,
			}},
		)),
	)
	send(
		ctx,
		tracers.Tracer("interop", trace.WithInstrumentationVersion("1.0")),
		loggers.Logger("interop", otellog.WithInstrumentationVersion("1.0")),
		meters.Meter("interop", metric.WithInstrumentationVersion("1.0")),
	)
	must(tracers.Shutdown(ctx))
	must(loggers.Shutdown(ctx))
	must(meters.Shutdown(ctx))
}

func newExporters(ctx context.Context) (
	spans sdktrace.SpanExporter, logs sdklog.Exporter, metrics sdkmetric.Exporter, err error,
) {
	var ofSpans, ofLogs, ofMetrics error
	if os.Getenv("OTEL_EXPORTER_OTLP_PROTOCOL") == "grpc" {
		spans, ofSpans = otlptracegrpc.New(ctx)
		logs, ofLogs = otlploggrpc.New(ctx)
		metrics, ofMetrics = otlpmetricgrpc.New(ctx)
	} else {
		spans, ofSpans = otlptracehttp.New(ctx)
		logs, ofLogs = otlploghttp.New(ctx)
		metrics, ofMetrics = otlpmetrichttp.New(ctx)
	}
	return spans, logs, metrics, errors.Join(ofSpans, ofLogs, ofMetrics)
}

func send(ctx context.Context, tracer trace.Tracer, logger otellog.Logger, meter metric.Meter) {
	var late otellog.Record
	late.SetSeverity(otellog.SeverityWarn)
	late.SetSeverityText("WARN")
	late.SetBody(attribute.StringValue("the shop opens late"))
	logger.Emit(ctx, late)

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

	var received otellog.Record
	received.SetSeverity(otellog.SeverityInfo)
	received.SetSeverityText("INFO")
	received.SetBody(attribute.MapValue(
		attribute.Int("order", 42),
		attribute.Bool("express", true),
		attribute.Float64("total", 42.5),
		attribute.StringSlice("skus", []string{"anvil", "rope"}),
		attribute.KeyValue{
			Key: "customer", Value: attribute.MapValue(attribute.String("name", "Zoë 注文")),
		},
	))
	received.AddAttributes(
		attribute.Int64("order.number", 1<<53-1),
		attribute.Float64("order.total", 42.5),
		attribute.Bool("order.express", true),
		attribute.StringSlice("order.skus", []string{"anvil", "rope"}),
	)
	logger.Emit(ctx, received)

	var placed otellog.Record
	placed.SetEventName("order.placed")
	placed.SetSeverity(otellog.SeverityInfo)
	placed.AddAttributes(attribute.String("order.customer", "Zoë 注文"))
	logger.Emit(ctx, placed)

	_, price := tracer.Start(ctx, "order.price")
	price.SetStatus(codes.Ok, "")
	price.End()

	declined := errors.New("card declined")
	charging, charge := tracer.Start(ctx, "POST", trace.WithSpanKind(trace.SpanKindClient))
	charge.RecordError(declined, trace.WithStackTrace(true))
	var failed otellog.Record
	failed.SetSeverity(otellog.SeverityError)
	failed.SetSeverityText("ERROR")
	failed.SetBody(attribute.StringValue("cannot charge"))
	failed.SetErr(declined)
	logger.Emit(charging, failed)
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

	measure(ctx, meter)
}

func measure(ctx context.Context, meter metric.Meter) {
	orders, err := meter.Int64Counter(
		"orders", metric.WithUnit("{order}"), metric.WithDescription("Orders placed"),
	)
	must(err)
	orders.Add(ctx, 2, metric.WithAttributes(attribute.Bool("order.express", true)))
	orders.Add(ctx, 1, metric.WithAttributes(attribute.Bool("order.express", false)))

	open, err := meter.Int64UpDownCounter("orders.open", metric.WithUnit("{order}"))
	must(err)
	open.Add(ctx, 5)
	open.Add(ctx, -2)

	temperature, err := meter.Float64Gauge("oven.temperature", metric.WithUnit("Cel"))
	must(err)
	temperature.Record(ctx, 180)
	temperature.Record(ctx, -21.5)

	duration, err := meter.Float64Histogram("order.duration", metric.WithUnit("ms"))
	must(err)
	for _, milliseconds := range []float64{4, 120, 20_000} {
		duration.Record(ctx, milliseconds)
	}

	weight, err := meter.Float64Histogram("order.weight", metric.WithUnit("kg"))
	must(err)
	for _, kilograms := range []float64{0, 1.5, 300} {
		weight.Record(ctx, kilograms)
	}
}

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
