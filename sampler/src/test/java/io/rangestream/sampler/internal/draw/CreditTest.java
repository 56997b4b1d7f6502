package io.rangestream.sampler.internal.draw;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class CreditTest {

    @Test
    void aTenthOfACropAddsUpExactly() {
        Credit credit = Credit.of(0.1, 64);
        long earned = 0;
        for (int i = 0; i < 640; i++) {
            earned += credit.perFace();
        }
        assertEquals(credit.perBatch(), earned);
        assertEquals(64.0, Credit.crops(earned));
    }

    @Test
    void whatAFaceEarnsByItselfMayAlwaysLeaveWithIt() {
        assertEquals(16, Credit.of(1, 64).batchesPerFace());
        assertEquals(16 + 15, Credit.of(1000, 64).batchesPerFace());
    }
}
