import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.KeyValue;
import io.opentelemetry.api.common.Value;
import io.opentelemetry.api.logs.Logger;
import io.opentelemetry.api.logs.Severity;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;
import io.opentelemetry.sdk.metrics.Aggregation;
import io.opentelemetry.sdk.metrics.InstrumentSelector;
import io.opentelemetry.sdk.metrics.View;
import java.util.List;
import java.util.Map;

/** Sends what expected_*.py list, over the protocol that OTEL_EXPORTER_OTLP_PROTOCOL names. */
public final class Send {
  public static void main(String[] arguments) {
    var sdk =
        AutoConfiguredOpenTelemetrySdk.builder()
            .addPropertiesSupplier(() -> Map.of("otel.service.name", "interop"))
            .addMeterProviderCustomizer(
                (builder, config) ->
                    builder.registerView(
                        InstrumentSelector.builder().setName("order.weight").build(),
                        View.builder()
                            .setAggregation(Aggregation.base2ExponentialBucketHistogram())
                            .build()))
            .build()
            .getOpenTelemetrySdk();
    send(sdk); // flushed by the shutdown hook that the SDK registers
  }

  private static void send(OpenTelemetry openTelemetry) {
    Tracer tracer = openTelemetry.tracerBuilder("interop").setInstrumentationVersion("1.0").build();
    Logger logger = openTelemetry.getLogsBridge().loggerBuilder("interop").setInstrumentationVersion("1.0").build();
    logger
        .logRecordBuilder()
        .setSeverity(Severity.WARN)
        .setSeverityText("WARN")
        .setBody("the shop opens late")
        .emit();

    Span root =
        tracer
            .spanBuilder("GET /orders/{id}")
            .setSpanKind(SpanKind.SERVER)
            .setAttribute("order.customer", "Zoë 注文")
            .setAttribute("order.express", true)
            .setAttribute("order.number", (1L << 53) - 1)
            .setAttribute("order.total", 42.5)
            .setAttribute(AttributeKey.stringArrayKey("order.skus"), List.of("anvil", "rope"))
            .setAttribute(AttributeKey.longArrayKey("order.quantities"), List.of(1L, -20L))
            .startSpan();
    root.addEvent("order.received", Attributes.of(AttributeKey.longKey("attempt"), 0L));
    Context inside = Context.current().with(root);
    logger
        .logRecordBuilder()
        .setContext(inside)
        .setSeverity(Severity.INFO)
        .setSeverityText("INFO")
        .setBody(
            Value.of(
                KeyValue.of("order", Value.of(42)),
                KeyValue.of("express", Value.of(true)),
                KeyValue.of("total", Value.of(42.5)),
                KeyValue.of("skus", Value.of(Value.of("anvil"), Value.of("rope"))),
                KeyValue.of("customer", Value.of(KeyValue.of("name", Value.of("Zoë 注文"))))))
        .setAttribute("order.number", (1L << 53) - 1)
        .setAttribute("order.total", 42.5)
        .setAttribute("order.express", true)
        .setAttribute(AttributeKey.stringArrayKey("order.skus"), List.of("anvil", "rope"))
        .emit();
    logger
        .logRecordBuilder()
        .setContext(inside)
        .setEventName("order.placed")
        .setSeverity(Severity.INFO)
        .setAttribute("order.customer", "Zoë 注文")
        .emit();

    Span price = tracer.spanBuilder("order.price").setParent(inside).startSpan();
    price.setStatus(StatusCode.OK);
    price.end();

    Span charge =
        tracer.spanBuilder("POST").setSpanKind(SpanKind.CLIENT).setParent(inside).startSpan();
    var declined = new IllegalStateException("card declined");
    charge.recordException(declined);
    logger
        .logRecordBuilder()
        .setContext(inside.with(charge))
        .setSeverity(Severity.ERROR)
        .setSeverityText("ERROR")
        .setBody("cannot charge")
        .setException(declined)
        .emit();
    charge.setStatus(StatusCode.ERROR, "card declined");
    charge.end();

    SpanContext earlier =
        SpanContext.create(
            "0af7651916cd43dd8448eb211c80319c",
            "b7ad6b7169203331",
            TraceFlags.getSampled(),
            TraceState.getDefault());
    tracer
        .spanBuilder("orders publish")
        .setSpanKind(SpanKind.PRODUCER)
        .addLink(earlier, Attributes.of(AttributeKey.stringKey("link.reason"), "previous order"))
        .setParent(inside)
        .startSpan()
        .end();

    measure(openTelemetry.meterBuilder("interop").setInstrumentationVersion("1.0").build(), inside);
    root.end();
  }

  private static void measure(Meter meter, Context inside) {
    var none = Attributes.empty();
    var express = AttributeKey.booleanKey("order.express");
    var orders =
        meter.counterBuilder("orders").setUnit("{order}").setDescription("Orders placed").build();
    orders.add(2, Attributes.of(express, true), inside);
    orders.add(1, Attributes.of(express, false), inside);
    var open = meter.upDownCounterBuilder("orders.open").setUnit("{order}").build();
    open.add(5, none, inside);
    open.add(-2, none, inside);
    var temperature = meter.gaugeBuilder("oven.temperature").setUnit("Cel").build();
    temperature.set(180, none, inside);
    temperature.set(-21.5, none, inside);
    var duration = meter.histogramBuilder("order.duration").setUnit("ms").build();
    for (double milliseconds : new double[] {4, 120, 20_000}) {
      duration.record(milliseconds, none, inside);
    }
    var weight = meter.histogramBuilder("order.weight").setUnit("kg").build();
    for (double kilograms : new double[] {0, 1.5, 300}) {
      weight.record(kilograms, none, inside);
    }
  }
}
