package io.rangestream.schemas.storage;

import io.rangestream.schemas.broker.KafkaFailure;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.ReadOnlyFileSystemException;
import org.apache.kafka.common.KafkaException;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** What an error of a store means to an operator. */
public final class StoreFailure {
    private static final int SERVER_ERROR = 500;
    private static final int REQUEST_TIMEOUT = 408;
    private static final int TOO_MANY_REQUESTS = 429;

    private StoreFailure() {}

    /**
     * Whether time may cure it: the store is away, slow, overloaded or full. What it refuses (keys, a bucket that does not exist, a
     * folder that must not be written to), time does not cure.
     */
    public static boolean mayPass(IOException failure) {
        for (Throwable e = failure; e != null; e = e.getCause()) {
            if (e instanceof S3Exception answer) {
                int status = answer.statusCode();
                return status >= SERVER_ERROR || status == REQUEST_TIMEOUT || status == TOO_MANY_REQUESTS;
            }
            if (e instanceof KafkaException) {
                return KafkaFailure.mayPass(e);
            }
            if (e instanceof AccessDeniedException
                    || e instanceof NoSuchFileException
                    || e instanceof ReadOnlyFileSystemException
                    || String.valueOf(e.getMessage()).contains("Read-only file system")) {
                return false;
            }
        }
        return true;
    }
}
