package io.rangestream.schemas.wire;

import io.rangestream.avro.Erasure;
import io.rangestream.avro.LabeledFace;
import io.rangestream.avro.LearnerProgress;
import io.rangestream.avro.ModelChunk;
import io.rangestream.avro.ModelHeartbeat;
import io.rangestream.avro.ModelOrder;
import io.rangestream.avro.ModelUpdate;
import io.rangestream.avro.OrderOutcome;
import io.rangestream.avro.TrainingBatch;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.util.ClassSecurityValidator;
import org.apache.avro.util.ClassSecurityValidator.ClassSecurityPredicate;

/**
 * Has Avro find the classes of the records once. Avro (1.12.2) looks up no class it was not told to trust, and it is told for the whole
 * JVM; what it has found it keeps. So what an application trusts is as it was afterwards, and what it comes to trust later does not take
 * our records away.
 */
final class RecordClasses {
    private static final List<Schema> RECORDS = List.of(
            LabeledFace.getClassSchema(),
            TrainingBatch.getClassSchema(),
            Erasure.getClassSchema(),
            LearnerProgress.getClassSchema(),
            ModelUpdate.getClassSchema(),
            ModelChunk.getClassSchema(),
            ModelHeartbeat.getClassSchema(),
            ModelOrder.getClassSchema(),
            OrderOutcome.getClassSchema());

    private RecordClasses() {}

    static synchronized void find() {
        String ours = Erasure.class.getPackageName();
        ClassSecurityPredicate before = ClassSecurityValidator.getGlobal();
        ClassSecurityValidator.setGlobal(ClassSecurityValidator.composite(
                before, type -> type.getPackageName().equals(ours)));
        try {
            for (Schema record : RECORDS) {
                Set<Schema> named = new LinkedHashSet<>();
                collect(record, named);
                for (Schema holder : named) {
                    SpecificData data = SpecificData.getForSchema(holder);
                    named.forEach(data::getClass);
                }
            }
        } finally {
            ClassSecurityValidator.setGlobal(before);
        }
    }

    private static void collect(Schema schema, Set<Schema> named) {
        switch (schema.getType()) {
            case RECORD -> {
                if (named.add(schema)) {
                    schema.getFields().forEach(field -> collect(field.schema(), named));
                }
            }
            case ENUM, FIXED -> named.add(schema);
            case UNION -> schema.getTypes().forEach(branch -> collect(branch, named));
            case ARRAY -> collect(schema.getElementType(), named);
            case MAP -> collect(schema.getValueType(), named);
            default -> {
                // No class of its own.
            }
        }
    }
}
